// What may follow a value: .name, [key], (arguments), | filter, is test.
#include "runtime/session/jinja/parser.hpp"
#include "runtime/session/jinja/parser_depth.hpp"

namespace gosset::jinja {

// Each step makes the tree one deeper, so their number counts as depth.
namespace {
constexpr const char* kTooLong = "a chain of attributes, calls or filters that is too long";
}

Parser::Parsed Parser::postfix(const Expr* e) {
    for (size_t steps = 0;; steps++) {
        if (depth_ + steps > limits_.parse_depth) return template_error(now().line, kTooLong);
        if (is_sign(".") || is_sign("[")) {
            GOSSET_ASSIGN(e, subscript(e));
        } else if (is_sign("(")) {
            GOSSET_ASSIGN(e, call(e));
        } else {
            return e;
        }
    }
}

Parser::Parsed Parser::filters(const Expr* e) {
    for (size_t steps = 0;; steps++) {
        if (depth_ + steps > limits_.parse_depth) return template_error(now().line, kTooLong);
        if (take_sign("|")) {
            GOSSET_ASSIGN(e, filter(e));
        } else if (take_name("is")) {
            GOSSET_ASSIGN(e, test(e));
        } else if (is_sign("(")) {
            GOSSET_ASSIGN(e, call(e));
        } else {
            return e;
        }
    }
}

Parser::Parsed Parser::subscript(const Expr* e) {
    if (!take_sign(".")) return brackets(e);
    Expr* out = make(Expr::attribute, {e});
    if (now().kind == TokenKind::integer) {
        Expr* key = make(Expr::constant);
        key->value = Value::integer(now().integer);
        at_++;
        out->kind = Expr::item;
        out->parts.push_back(key);
        return out;
    }
    GOSSET_ASSIGN(out->name, any_name());
    return out;
}

Parser::Parsed Parser::brackets(const Expr* e) {
    GOSSET_TRY(need_sign("["));
    const Expr* bounds[3] = {nullptr, nullptr, nullptr};
    size_t colons = 0;
    while (!is_sign("]")) {
        if (take_sign(":")) {
            if (++colons > 2) return unexpected();
        } else {
            if (bounds[colons]) return unexpected();  // also the comma of a tuple
            GOSSET_ASSIGN(bounds[colons], expression());
        }
    }
    GOSSET_TRY(need_sign("]"));
    if (colons > 0) return make(Expr::section, {e, bounds[0], bounds[1], bounds[2]});
    if (!bounds[0]) return unexpected();
    return make(Expr::item, {e, bounds[0]});
}

Parser::Parsed Parser::call(const Expr* e) {
    Expr* out = make(Expr::call, {e});
    GOSSET_ASSIGN(out->arguments, arguments());
    return out;
}

Parser::Parsed Parser::filter(const Expr* e) {
    Expr* out = make(Expr::filter, {e});
    GOSSET_ASSIGN(out->name, any_name());
    if (is_sign("(")) {
        GOSSET_ASSIGN(out->arguments, arguments());
    }
    return out;
}

Parser::Parsed Parser::test(const Expr* e) {
    const bool negated = take_name("not");
    Expr* out = make(Expr::test, {e});
    GOSSET_ASSIGN(out->name, any_name());
    const bool begins_value = now().kind == TokenKind::name || now().kind == TokenKind::string ||
                              now().kind == TokenKind::integer || now().kind == TokenKind::real ||
                              is_sign("[") || is_sign("{");
    if (is_sign("(")) {
        GOSSET_ASSIGN(out->arguments, arguments());
    } else if (begins_value && !is_name("else") && !is_name("or") && !is_name("and")) {
        if (is_name("is")) return template_error(now().line, "tests cannot be chained with 'is'");
        GOSSET_ASSIGN(const Expr* argument, primary());
        GOSSET_ASSIGN(argument, postfix(argument));
        out->arguments.push_back({Argument::positional, "", argument});
    }
    return negated ? make(Expr::logical_not, {out}) : out;
}

Result<std::vector<Argument>> Parser::arguments() {
    Deeper deeper(*this);
    if (!deeper.ok()) return too_deep();
    GOSSET_TRY(need_sign("("));
    std::vector<Argument> out;
    Argument::Kind last = Argument::positional;  // kinds may only ascend
    while (!is_sign(")")) {
        if (!out.empty()) GOSSET_TRY(need_sign(","));
        if (is_sign(")")) break;
        Argument a{Argument::positional, "", nullptr};
        if (take_sign("*")) {
            a.kind = Argument::list;
        } else if (take_sign("**")) {
            a.kind = Argument::dictionary;
        } else if (now().kind == TokenKind::name && after().kind == TokenKind::sign &&
                   after().text == "=") {
            a.kind = Argument::keyword;
            a.name = now().text;
            at_ += 2;
        }
        const bool twice = a.kind == last && a.kind >= Argument::list;
        if (twice || (a.kind < last && !(last == Argument::list && a.kind == Argument::keyword)))
            return template_error(now().line, "arguments in an order that a call cannot have");
        last = a.kind;
        GOSSET_ASSIGN(a.value, expression());
        out.push_back(std::move(a));
    }
    GOSSET_TRY(need_sign(")"));
    return out;
}

}  // namespace gosset::jinja
