/// What is said about a turn and about all of them, in words. Relies on board.hpp and
/// conversation.hpp; prints nothing.
#pragma once

#include <cstdint>
#include <string>

#include "board.hpp"
#include "conversation.hpp"

namespace gosset_pi {

/// The sensors during an answer: the hottest moment, and the clock and supply at the last look. A
/// clock is of interest while the processor works; at rest it is low by intent.
class Watch {
  public:
    explicit Watch(const Board& board) : board_(board) {}
    void begin();
    /// Looks, at most twice a second: call it at every token.
    void look();
    const Reading& reading() const { return reading_; }

  private:
    const Board& board_;
    Reading reading_;
    double last_ = 0;  ///< seconds of a steady clock
};

/// The sums of a conversation, for /stats.
struct Totals {
    uint64_t turns = 0, prompt_tokens = 0, new_tokens = 0, decoded = 0;
    double prompt_seconds = 0, decode_seconds = 0;
    void add(const Turn& turn);
};

/// "61.2 C, 1500 of 2400 MHz (slowed down), low supply voltage"; "" without sensors.
std::string sensors(const Reading& reading);
/// "9.7 tokens/s, 4 threads, 61.2 C, 2400 MHz, context 312 of 2048".
std::string status_line(const Turn& turn, const Reading& reading, uint32_t threads, uint32_t used,
                        uint32_t context);
/// Lines of "name value" for /stats.
std::string stats(const Totals& totals, const gosset_model_info& model, const Board& board,
                  const gosset::api::Session& session);

}  // namespace gosset_pi
