// Tokens, and the statements that tags are.
#include "runtime/session/jinja/parser.hpp"

#include "runtime/session/jinja/parser_depth.hpp"

namespace gosset::jinja {

bool Parser::is_sign(std::string_view sign) const {
    return now().kind == TokenKind::sign && now().text == sign;
}
bool Parser::is_name(std::string_view name) const {
    return now().kind == TokenKind::name && now().text == name;
}
bool Parser::take_sign(std::string_view sign) {
    const bool is = is_sign(sign);
    at_ += is;
    return is;
}
bool Parser::take_name(std::string_view name) {
    const bool is = is_name(name);
    at_ += is;
    return is;
}

Status Parser::unexpected() const {
    const Token& t = now();
    const std::string what = t.kind == TokenKind::print_end     ? "}}"
                             : t.kind == TokenKind::block_end   ? "%}"
                             : t.kind == TokenKind::end         ? "the end of the template"
                             : t.kind == TokenKind::string      ? "a string"
                             : t.kind == TokenKind::integer     ? "a number"
                             : t.kind == TokenKind::real        ? "a number"
                             : t.kind == TokenKind::data        ? "text"
                             : t.kind == TokenKind::print_begin ? "{{"
                             : t.kind == TokenKind::block_begin ? "{%"
                                                                : "'" + t.text + "'";
    return template_error(t.line, what + " is not expected here");
}

Status Parser::too_deep() const {
    return limit_reached("chat template, line " + std::to_string(now().line) +
                         ": nested more than " + std::to_string(limits_.parse_depth) + " deep");
}

Status Parser::need_sign(std::string_view sign) {
    return take_sign(sign) ? Status() : unexpected();
}
Status Parser::need_name(std::string_view name) {
    return take_name(name) ? Status() : unexpected();
}
Status Parser::need(TokenKind kind, const char* what) {
    if (now().kind != kind)
        return template_error(now().line,
                              std::string(what) + " is missing: " + unexpected().message());
    at_++;
    return {};
}
Result<std::string> Parser::any_name() {
    if (now().kind != TokenKind::name) return unexpected();
    return tokens_[at_++].text;
}

Expr* Parser::make(Expr::Kind kind) {
    Expr& e = out_.exprs.emplace_back();
    e.kind = kind, e.line = now().line;
    return &e;
}
Expr* Parser::make(Expr::Kind kind, std::vector<const Expr*> parts) {
    Expr* e = make(kind);
    if (!parts.empty() && parts[0]) e->line = parts[0]->line;
    e->parts = std::move(parts);
    return e;
}
Stmt* Parser::make(Stmt::Kind kind) {
    Stmt& s = out_.stmts.emplace_back();
    s.kind = kind, s.line = now().line;
    return &s;
}

Result<Syntax> Parser::run() {
    GOSSET_ASSIGN(out_.body, block({}));
    if (now().kind != TokenKind::end) return unexpected();
    return std::move(out_);
}

/// Statements up to a tag of these names, which stays the current token; without names, to the end.
Result<Block> Parser::block(std::initializer_list<std::string_view> ends) {
    Deeper deeper(*this);
    if (!deeper.ok()) return too_deep();
    Block out;
    while (now().kind != TokenKind::end) {
        if (now().kind == TokenKind::data) {
            Stmt* s = make(Stmt::data);
            s->text = now().text;
            at_++;
            out.push_back(s);
            continue;
        }
        if (now().kind == TokenKind::print_begin) {
            at_++;
            Stmt* s = make(Stmt::print);
            GOSSET_ASSIGN(s->expr, tuple(true, false));
            GOSSET_TRY(need(TokenKind::print_end, "}}"));
            out.push_back(s);
            continue;
        }
        GOSSET_TRY(need(TokenKind::block_begin, "{%"));
        for (const std::string_view end : ends)
            if (is_name(end)) return out;
        GOSSET_ASSIGN(const Stmt* s, statement());
        GOSSET_TRY(need(TokenKind::block_end, "%}"));
        out.push_back(s);
    }
    if (ends.size() == 0) return out;
    return template_error(now().line,
                          "the template ends before {% " + std::string(*(ends.end() - 1)) + " %}");
}

/// The same after the %} of the tag that opens the block.
Result<Block> Parser::body(std::initializer_list<std::string_view> ends) {
    take_sign(":");
    GOSSET_TRY(need(TokenKind::block_end, "%}"));
    return block(ends);
}
/// A body that only `end` can end, which is taken.
Result<Block> Parser::last_body(std::string_view end) {
    GOSSET_ASSIGN(Block out, body({end}));
    at_++;
    return out;
}

Result<const Stmt*> Parser::statement() {
    const std::string name = now().kind == TokenKind::name ? now().text : "";
    if (name == "if") return branch();
    if (name == "for") return loop();
    if (name == "set") return assign();
    if (name == "macro") return macro();
    if (name == "call") return call_block();
    if (name == "filter") return filter_block();
    if (name == "with" || name == "generation") return with();
    if (name == "break") return leave(Stmt::leave);
    if (name == "continue") return leave(Stmt::next);
    if (name.empty()) return unexpected();
    return template_error(now().line, "the tag {% " + name + " %} is not supported");
}

Result<const Stmt*> Parser::branch() {
    Stmt* s = make(Stmt::branch);
    for (at_++;;) {
        GOSSET_ASSIGN(const Expr* condition, tuple(false, false));
        GOSSET_ASSIGN(Block then, body({"elif", "else", "endif"}));
        s->conditions.push_back(condition);
        s->blocks.push_back(std::move(then));
        if (take_name("elif")) continue;
        Block otherwise;
        if (take_name("else")) {
            GOSSET_ASSIGN(otherwise, last_body("endif"));
        } else {
            at_++;
        }
        s->blocks.push_back(std::move(otherwise));
        return s;
    }
}

Result<const Stmt*> Parser::loop() {
    Stmt* s = make(Stmt::loop);
    at_++;
    GOSSET_ASSIGN(Target t, target(false, "in"));
    s->targets.push_back(std::move(t));
    GOSSET_TRY(need_name("in"));
    GOSSET_ASSIGN(s->expr, tuple(false, false, "recursive"));
    if (take_name("if")) {
        GOSSET_ASSIGN(s->condition, expression());
    }
    if (is_name("recursive"))
        return template_error(now().line, "recursive loops are not supported");
    loops_++;
    GOSSET_ASSIGN(s->body, body({"else", "endfor"}));
    loops_--;
    if (take_name("else")) {
        GOSSET_ASSIGN(s->otherwise, last_body("endfor"));
    } else {
        at_++;
    }
    return s;
}

Result<const Stmt*> Parser::assign() {
    Stmt* s = make(Stmt::assign);
    at_++;
    GOSSET_ASSIGN(Target t, target(true));
    s->targets.push_back(std::move(t));
    if (take_sign("=")) {
        GOSSET_ASSIGN(s->expr, tuple(true, false));
        return s;
    }
    s->kind = Stmt::capture;
    for (size_t n = 0; take_sign("|"); n++) {
        if (depth_ + n > limits_.parse_depth) return too_deep();
        GOSSET_ASSIGN(s->expr, filter(s->expr));
    }
    GOSSET_ASSIGN(s->body, last_body("endset"));
    return s;
}

Result<const Stmt*> Parser::filter_block() {
    Stmt* s = make(Stmt::filter_block);
    at_++;
    GOSSET_ASSIGN(s->expr, filter(nullptr));
    for (size_t n = 0; take_sign("|"); n++) {
        if (depth_ + n > limits_.parse_depth) return too_deep();
        GOSSET_ASSIGN(s->expr, filter(s->expr));
    }
    GOSSET_ASSIGN(s->body, last_body("endfilter"));
    return s;
}

Result<const Stmt*> Parser::with() {
    Stmt* s = make(Stmt::with);
    const std::string end = "end" + now().text;
    for (at_++; now().kind != TokenKind::block_end;) {
        if (!s->targets.empty()) GOSSET_TRY(need_sign(","));
        GOSSET_ASSIGN(Target t, one_target(false));
        GOSSET_TRY(need_sign("="));
        GOSSET_ASSIGN(const Expr* value, expression());
        s->targets.push_back(std::move(t));
        s->conditions.push_back(value);
    }
    GOSSET_ASSIGN(s->body, last_body(end));
    return s;
}

Result<const Stmt*> Parser::leave(Stmt::Kind kind) {
    if (loops_ == 0) return template_error(now().line, "'" + now().text + "' outside of a loop");
    Stmt* s = make(kind);
    at_++;
    return s;
}

Result<Target> Parser::one_target(bool may_be_attribute) {
    Deeper deeper(*this);
    if (!deeper.ok()) return too_deep();
    if (take_sign("(")) {
        GOSSET_ASSIGN(Target t, target(may_be_attribute));
        GOSSET_TRY(need_sign(")"));
        return t;
    }
    Target t;
    const uint32_t line = now().line;
    GOSSET_ASSIGN(t.name, any_name());
    for (const char* constant : {"true", "True", "false", "False", "none", "None"})
        if (t.name == constant)
            return template_error(line, "nothing can be assigned to '" + t.name + "'");
    if (may_be_attribute && take_sign(".")) {
        GOSSET_ASSIGN(t.attribute, any_name());
    }
    return t;
}

Result<Target> Parser::target(bool may_be_attribute, std::string_view end_name) {
    GOSSET_ASSIGN(Target first, one_target(may_be_attribute));
    if (!is_sign(",")) return first;
    Target all;
    all.parts.push_back(std::move(first));
    while (take_sign(",")) {
        const bool ends = now().kind != TokenKind::name && !is_sign("(");
        if (ends || (!end_name.empty() && is_name(end_name))) break;
        GOSSET_ASSIGN(Target next, one_target(may_be_attribute));
        all.parts.push_back(std::move(next));
    }
    return all;
}

}  // namespace gosset::jinja
