#include "tools/quantize/console.hpp"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <thread>

#include "format/writer.hpp"

namespace gosset::quantize {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
volatile sig_atomic_t interrupted = 0;
struct sigaction previous[std::size(kSignals)];

void on_signal(int number) {
    if (interrupted) {
        remove_temp_files();
        ::_exit(128 + number);
    }
    interrupted = 1;
}

std::string minutes(double seconds) {
    const long s = std::lround(std::min(seconds, 359999.0));
    char text[32];
    if (s >= 3600)
        std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", s / 60, s % 60);
    return text;
}

size_t terminal_columns() {
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

InterruptGuard::InterruptGuard() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < std::size(kSignals); i++) {
        ::sigaction(kSignals[i], nullptr, &previous[i]);
        // What the parent chose to ignore (nohup) stays ignored.
        if (previous[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
    }
}

InterruptGuard::~InterruptGuard() {
    for (size_t i = 0; i < std::size(kSignals); i++)
        ::sigaction(kSignals[i], &previous[i], nullptr);
}

bool InterruptGuard::requested() {
    return interrupted != 0;
}

ProgressLine::ProgressLine(std::string verb)
    : verb_(std::move(verb)), terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
    clear();
}

void ProgressLine::clear() {
    if (drawn_) std::fputs("\r\033[K", stderr);
    drawn_ = false;
}

void ProgressLine::show(const Progress& progress) {
    const Clock::time_point now = Clock::now();
    if (phase_ != progress.phase) {
        phase_ = progress.phase, start_ = now, tenth_ = 0;
        last_ = terminal_ ? Clock::time_point() : now;
    }
    const double seconds = std::chrono::duration<double>(now - start_).count();
    if (terminal_) {
        if (now - last_ < std::chrono::milliseconds(100) && progress.done < progress.total) return;
        last_ = now;
        draw(progress, seconds);
        return;
    }
    const int tenth =
        progress.total ? int(10.0 * double(progress.done) / double(progress.total)) : 0;
    if (tenth <= tenth_ || now - last_ < std::chrono::seconds(2)) return;
    tenth_ = tenth, last_ = now;
    std::fprintf(stderr, "gosset %s: %s %d%% after %s\n", verb_.c_str(), progress.phase, 10 * tenth,
                 minutes(seconds).c_str());
}

void ProgressLine::draw(const Progress& progress, double seconds) {
    const double part = progress.total ? double(progress.done) / double(progress.total) : 1.0;
    const int filled = int(20 * part);
    char text[512];
    int n = std::snprintf(text, sizeof text, "%s [%.*s%*s] %3d%%", progress.phase, filled,
                          "####################", 20 - filled, "", int(100 * part));
    std::string line(text, size_t(n));
    if (progress.item[0]) line += std::string("  ") + progress.item;
    if (seconds > 0.5) {
        line += "  " + short_number(double(progress.done) / seconds) +
                (std::string(progress.phase) == "verify" ? "B/s" : "w/s");
        if (part > 0.01) line += "  ETA " + minutes(seconds * (1 - part) / part);
    }
    line.resize(std::min(line.size(), terminal_columns() - 1));
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    drawn_ = true;
}

Result<int> parse_threads(const std::string& text) {
    constexpr int kMost = 1024;
    if (text == "auto") return std::clamp(int(std::thread::hardware_concurrency()), 1, kMost);
    int n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size() || n < 1 || n > kMost)
        return invalid_argument("-t " + text + ": at least one thread (at most " +
                                std::to_string(kMost) + "), or auto");
    return n;
}

std::string short_number(double n) {
    const char* unit = "";
    for (const char* next : {"k", "M", "G", "T"}) {
        if (n < 1000) break;
        n /= 1000, unit = next;
    }
    char text[32];
    std::snprintf(text, sizeof text, n < 10 && unit[0] ? "%.1f %s" : "%.0f %s", n, unit);
    return text;
}

}  // namespace gosset::quantize
