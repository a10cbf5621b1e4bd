#include "status.hpp"

#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <cstdio>

#include "memory.hpp"

namespace gosset_pi {
namespace {

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

__attribute__((format(printf, 1, 2))) std::string format(const char* pattern, ...) {
    char text[256];
    va_list values;
    va_start(values, pattern);
    const int n = std::vsnprintf(text, sizeof text, pattern, values);
    va_end(values);
    return std::string(text, size_t(std::clamp(n, 0, int(sizeof text) - 1)));
}

void add(std::string& list, const std::string& item) {
    if (item.empty()) return;
    if (!list.empty()) list += ", ";
    list += item;
}

std::string counted(uint64_t n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

double ratio(double a, double b) {
    return b > 0 ? a / b : 0;
}

}  // namespace

void Watch::begin() {
    reading_ = {};
    last_ = 0;
}

void Watch::look() {
    const double now = seconds();
    if (last_ != 0 && now - last_ < 0.5) return;
    last_ = now;
    const std::optional<double> before = reading_.celsius;
    reading_ = board_.read();
    if (before && reading_.celsius) reading_.celsius = std::max(*before, *reading_.celsius);
}

void Totals::add(const Turn& turn) {
    turns++;
    prompt_tokens += turn.figures.prompt_tokens;
    new_tokens += turn.figures.new_tokens;
    decoded += turn.figures.new_tokens > 0 ? turn.figures.new_tokens - 1 : 0;
    prompt_seconds += turn.figures.prompt_seconds;
    decode_seconds += turn.figures.decode_seconds;
}

std::string sensors(const Reading& reading) {
    std::string list;
    if (reading.celsius) add(list, format("%.1f C", *reading.celsius));
    if (reading.slowed())
        add(list, format("%u of %u MHz (slowed down)", *reading.mhz, *reading.max_mhz));
    else if (reading.mhz)
        add(list, format("%u MHz", *reading.mhz));
    if (reading.low_voltage.value_or(false)) add(list, "low supply voltage");
    return list;
}

std::string status_line(const Turn& turn, const Reading& reading, uint32_t threads, uint32_t used,
                        uint32_t context) {
    std::string list;
    if (turn.speed() > 0) add(list, format("%.1f tokens/s", turn.speed()));
    add(list, counted(threads, "thread"));
    add(list, sensors(reading));
    add(list, format("context %u of %u", used, context));
    if (turn.forgotten > 0) add(list, counted(turn.forgotten, "old token") + " forgotten");
    if (turn.stopped) add(list, "stopped");
    if (turn.full) add(list, "the context is full");
    if (turn.open) add(list, "/more goes on");
    return list;
}

std::string stats(const Totals& totals, const gosset_model_info& model, const Board& board,
                  const gosset::api::Session& session) {
    std::string lines;
    if (const std::string name = board.name(); !name.empty()) lines += "board    " + name + "\n";
    const std::optional<uint64_t> total = board.memory_total(), free = board.memory_available();
    if (total && free)
        lines += "memory   " + mebibytes(*free) + " free of " + mebibytes(*total) + "\n";
    const std::string now = sensors(board.read());
    if (!now.empty()) lines += "now      " + now + " (at rest the clock is low by intent)\n";
    const double bits = ratio(8.0 * double(model.weight_bytes), double(model.weights));
    lines += format("model    %s, %.0f M weights of %.2f bits, %s of %u tokens\n",
                    model.architecture, double(model.weights) / 1e6, bits,
                    model.has_chat_template ? "chat" : "plain text", model.max_context);
    lines += format("kernels  %s, %s\n", model.isa, counted(session.threads(), "thread").c_str());
    lines += format("context  %u of %u tokens\n", session.length(), session.context());
    lines += format("turns    %llu: %llu tokens read at %.1f/s, %llu written at %.1f/s\n",
                    static_cast<unsigned long long>(totals.turns),
                    static_cast<unsigned long long>(totals.prompt_tokens),
                    ratio(double(totals.prompt_tokens), totals.prompt_seconds),
                    static_cast<unsigned long long>(totals.new_tokens),
                    ratio(double(totals.decoded), totals.decode_seconds));
    return lines;
}

}  // namespace gosset_pi
