/// Loops on a pool: items are dealt out by who comes first, and what an item computes depends on
/// nothing but its number, so results never depend on the threads. Relies on runtime/threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtime/threads/pool.hpp"

namespace gosset::gradient {

class Team {
  public:
    explicit Team(Pool& pool) : pool_(pool) {}

    uint32_t members() const { return pool_.threads(); }
    /// work(i, member) for every i below n; returns when all are done.
    template <class Work>
    void each(size_t n, Work&& work) {
        struct Loop {
            size_t n;
            Work& work;
        } loop{n, work};
        pool_.run(
            [](void* context, const Pool::Member& me) {
                const Loop& l = *static_cast<const Loop*>(context);
                me.deal_one_by_one(l.n, [&](size_t i) { l.work(i, me.index); });
            },
            &loop);
    }

  private:
    Pool& pool_;
};

/// Tokens that an item of work has, where it is about tokens.
inline constexpr size_t kTokenTile = 32;

/// work(first, tokens, member) for tiles of kTokenTile tokens.
template <class Work>
void each_tile(Team& team, size_t tokens, Work&& work) {
    team.each((tokens + kTokenTile - 1) / kTokenTile, [&](size_t i, uint32_t member) {
        const size_t first = i * kTokenTile;
        work(first, std::min(kTokenTile, tokens - first), member);
    });
}

}  // namespace gosset::gradient
