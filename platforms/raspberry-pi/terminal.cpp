#include "terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace gosset_pi {
namespace {

std::atomic<int> interrupts = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler counts in it");
// A byte for each Ctrl-C: poll() sees it whichever thread the signal came to, and whenever.
int wake[2] = {-1, -1};

extern "C" void on_interrupt(int) {
    const int saved = errno;
    if (++interrupts > 2) _exit(130);  // the answer does not stop: leave anyway
    const char byte = 0;
    if (::write(wake[1], &byte, 1) < 0) errno = saved;  // a full pipe wakes as well
    errno = saved;
}

bool has_variable(const char* name) {
    const char* value = std::getenv(name);
    return value && *value;
}

bool can_dim() {
    const char* term = std::getenv("TERM");
    return isatty(2) && term && std::strcmp(term, "dumb") != 0 && !has_variable("NO_COLOR");
}

}  // namespace

Terminal::Terminal(bool quiet)
    : quiet_(quiet), person_(isatty(0)), screen_(isatty(1)), dim_(can_dim()) {
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) return;  // Ctrl-C then ends the program
    struct sigaction action = {};
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, nullptr);
}

bool Terminal::interrupted() {
    return interrupts > 0;
}

/// Waits for bytes; false when Ctrl-C came instead.
bool Terminal::fill() {
    for (;;) {
        pollfd ready[2] = {{0, POLLIN, 0}, {wake[0], POLLIN, 0}};
        if (poll(ready, 2, -1) < 0) {
            if (errno == EINTR) continue;
            at_end_ = true;
            return true;
        }
        if (ready[1].revents != 0) return false;
        char bytes[4096];
        const ssize_t n = ::read(0, bytes, sizeof bytes);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n > 0) pending_.append(bytes, size_t(n));
        at_end_ = n <= 0;
        return true;
    }
}

Terminal::Got Terminal::read_line(std::string& line) {
    // One Ctrl-C was for the answer before. One that comes after this leaves a byte for poll().
    char bytes[16];
    while (::read(wake[0], bytes, sizeof bytes) > 0) continue;
    if (interrupts.exchange(0) > 1) return Got::left;
    if (person_) std::fputs(dim_ ? "\n\033[1m>\033[0m " : "\n> ", stderr);
    size_t end;
    while ((end = pending_.find('\n')) == std::string::npos && !at_end_)
        if (!fill()) return Got::left;
    if (end == std::string::npos && pending_.empty()) return Got::end;
    line = pending_.substr(0, end);
    pending_.erase(0, end == std::string::npos ? end : end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return Got::line;
}

bool Terminal::write(std::string_view text) {
    const std::string shown = screen_ ? without_controls(text) : std::string(text);
    if (!shown.empty()) last_ = shown.back();
    return std::fwrite(shown.data(), 1, shown.size(), stdout) == shown.size() &&
           std::fflush(stdout) == 0;
}

void Terminal::end_answer() {
    if (last_ != '\n') write("\n");
}

void Terminal::status(const std::string& line) {
    if (quiet_) return;
    std::fprintf(stderr, dim_ ? "\033[2m[%s]\033[0m\n" : "[%s]\n", line.c_str());
}

void Terminal::tell(const std::string& lines) {
    std::fputs(lines.c_str(), stderr);
}

std::string without_controls(std::string_view text) {
    std::string kept;
    for (size_t i = 0; i < text.size(); i++) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        if (c == 0xC2 && next >= 0x80 && next < 0xA0)
            i++;
        else if ((c >= ' ' && c != 0x7F) || c == '\n' || c == '\t')
            kept += text[i];
    }
    return kept;
}

bool is_text(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i++]);
        if (c == 0) return false;
        if (c < 0x80) continue;
        const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        uint32_t point = c & (0x3Fu >> more);
        if (c < 0xC2 || c > 0xF4 || text.size() - i < size_t(more)) return false;
        for (int j = 0; j < more; j++) {
            const auto tail = static_cast<unsigned char>(text[i++]);
            if ((tail & 0xC0) != 0x80) return false;
            point = point << 6 | (tail & 0x3F);
        }
        const uint32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
        if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    }
    return true;
}

}  // namespace gosset_pi
