/// Where the person is: lines in, characters out, Ctrl-C. Prompts and escape sequences appear on a
/// terminal only. Relies on POSIX; there is one of it a process, for its signals.
#pragma once

#include <string>
#include <string_view>

namespace gosset_pi {

class Terminal {
  public:
    /// Watches SIGINT from here on.
    explicit Terminal(bool quiet);

    enum class Got { line, end, left };
    /// The next line of standard input without its end (LF or CR LF), after the prompt. `left`:
    /// Ctrl-C here, or twice during the answer before.
    Got read_line(std::string& line);
    /// Whether a person types.
    bool person() const { return person_; }

    /// Ctrl-C came since the last line was read. From any thread.
    static bool interrupted();
    /// Characters of an answer, to standard output at once. False when it takes no more. On a
    /// terminal control characters but tab and line end are left out.
    bool write(std::string_view text);
    /// Ends the answer's line, if it has not.
    void end_answer();

    /// One status line; dim on a terminal, nothing when quiet.
    void status(const std::string& line);
    /// Whole lines that are wanted, or that say what is wrong: always shown.
    void tell(const std::string& lines);

  private:
    bool fill();

    const bool quiet_, person_, screen_, dim_;
    std::string pending_;  ///< bytes read and not yet given
    bool at_end_ = false;
    char last_ = '\n';  ///< written
};

/// `text` without what would steer a terminal: C0 but \n and \t, DEL, and C1 in UTF-8.
std::string without_controls(std::string_view text);
/// Whether it is UTF-8 without zero bytes.
bool is_text(std::string_view text);

}  // namespace gosset_pi
