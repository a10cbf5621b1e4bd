/// What the long-running verbs share with their user: a progress line on stderr, Ctrl-C as a
/// question asked now and then, and the -t option. Relies on POSIX signals and isatty.
#pragma once

#include <chrono>
#include <string>

#include "runtime/base/status.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::quantize {

/// While it lives, SIGINT, SIGTERM and SIGHUP set a flag; the second of them removes the temporary
/// files and ends the process. One at a time.
class InterruptGuard {
  public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    static bool requested();
};

/// Shows Progress on stderr. On a terminal: one line, redrawn up to ten times a second,
///   quantize [#########           ]  45%  model.layers.7.mlp.up_proj.weight  12.3 Mw/s  ETA 0:41
/// elsewhere: a plain line at each tenth of the way.
class ProgressLine {
  public:
    explicit ProgressLine(std::string verb);
    ~ProgressLine();  ///< clears the line
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(const Progress& progress);
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    void draw(const Progress& progress, double seconds);

    std::string verb_, phase_;
    bool terminal_;
    bool drawn_ = false;
    int tenth_ = 0;
    Clock::time_point start_, last_;
};

/// "auto" (all hardware threads) or a number from 1 to 1024.
Result<int> parse_threads(const std::string& text);

/// 999 -> "999 ", 1234567 -> "1.2 M", 2.1e10 -> "21 G": a unit is to follow.
std::string short_number(double n);

}  // namespace gosset::quantize
