/// How deep the parser's rules are inside each other. Inside runtime/session/jinja only.
/// Relies on parser.hpp.
#pragma once

#include "runtime/session/jinja/parser.hpp"

namespace gosset::jinja {

struct Parser::Deeper {
    explicit Deeper(Parser& p) : parser(p) { parser.depth_++; }
    ~Deeper() { parser.depth_--; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    bool ok() const { return parser.depth_ <= parser.limits_.parse_depth; }
    Parser& parser;
};

}  // namespace gosset::jinja
