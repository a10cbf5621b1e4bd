/// How deep the machine's calls are inside each other. Inside runtime/session/jinja only.
/// Relies on machine.hpp.
#pragma once

#include "runtime/session/jinja/machine.hpp"

namespace gosset::jinja {

struct Machine::Deeper {
    explicit Deeper(Machine& m) : machine(m) { machine.depth_++; }
    ~Deeper() { machine.depth_--; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    Status check() const {
        const size_t most = machine.heap_.limits().run_depth;
        if (machine.depth_ <= most) return {};
        return limit_reached("calls and blocks more than " + std::to_string(most) + " deep");
    }
    Machine& machine;
};

}  // namespace gosset::jinja
