// Expressions: jinja2's parse_expression and below. Rules that repeat (a + b + c) make one node, so
// that depth grows with parentheses only.
#include "runtime/session/jinja/parser.hpp"
#include "runtime/session/jinja/parser_depth.hpp"

namespace gosset::jinja {

Parser::Parsed Parser::expression() {
    Deeper deeper(*this);
    if (!deeper.ok()) return too_deep();
    GOSSET_ASSIGN(const Expr* e, logical_or());
    while (take_name("if")) {
        GOSSET_ASSIGN(const Expr* condition, logical_or());
        const Expr* otherwise = nullptr;
        if (take_name("else")) {
            GOSSET_ASSIGN(otherwise, expression());
        }
        e = make(Expr::condition, {condition, e, otherwise});
    }
    return e;
}

/// One expression, or several with commas between (or one before a comma): a tuple.
Parser::Parsed Parser::tuple(bool conditional, bool in_parentheses, std::string_view end_name) {
    const auto ends = [&] {
        return now().kind == TokenKind::print_end || now().kind == TokenKind::block_end ||
               is_sign(")") || (!end_name.empty() && is_name(end_name));
    };
    std::vector<const Expr*> parts;
    bool is_tuple = false;
    for (;;) {
        if (!parts.empty()) GOSSET_TRY(need_sign(","));
        if (ends()) break;
        GOSSET_ASSIGN(const Expr* e, conditional ? expression() : logical_or());
        parts.push_back(e);
        if (!is_sign(",")) break;
        is_tuple = true;
    }
    if (!is_tuple && !parts.empty()) return parts[0];
    if (!is_tuple && !in_parentheses) return unexpected();
    return make(Expr::tuple, std::move(parts));
}

Parser::Parsed Parser::logical_or() {
    GOSSET_ASSIGN(const Expr* e, logical_and());
    std::vector<const Expr*> parts{e};
    while (take_name("or")) {
        GOSSET_ASSIGN(e, logical_and());
        parts.push_back(e);
    }
    return parts.size() == 1 ? e : make(Expr::logical_or, std::move(parts));
}

Parser::Parsed Parser::logical_and() {
    GOSSET_ASSIGN(const Expr* e, logical_not());
    std::vector<const Expr*> parts{e};
    while (take_name("and")) {
        GOSSET_ASSIGN(e, logical_not());
        parts.push_back(e);
    }
    return parts.size() == 1 ? e : make(Expr::logical_and, std::move(parts));
}

Parser::Parsed Parser::logical_not() {
    size_t times = 0;
    for (; take_name("not"); times++) {
    }
    GOSSET_ASSIGN(const Expr* e, comparison());
    // An even number of them still makes a boolean of the value.
    for (size_t i = 0; i < (times < 3 ? times : 2 + times % 2); i++)
        e = make(Expr::logical_not, {e});
    return e;
}

Parser::Parsed Parser::comparison() {
    static constexpr std::pair<std::string_view, Operator> kSigns[] = {
        {"==", Operator::equal},         {"!=", Operator::not_equal}, {">", Operator::greater},
        {">=", Operator::greater_equal}, {"<", Operator::less},       {"<=", Operator::less_equal}};
    GOSSET_ASSIGN(const Expr* e, sum());
    std::vector<const Expr*> parts{e};
    std::vector<Operator> operators;
    for (;;) {
        const size_t before = operators.size();
        for (const auto& [sign, op] : kSigns)
            if (operators.size() == before && take_sign(sign)) operators.push_back(op);
        if (operators.size() == before && take_name("in")) operators.push_back(Operator::in);
        if (operators.size() == before && is_name("not") && after().kind == TokenKind::name &&
            after().text == "in") {
            at_ += 2;
            operators.push_back(Operator::not_in);
        }
        if (operators.size() == before) break;
        GOSSET_ASSIGN(e, sum());
        parts.push_back(e);
    }
    if (operators.empty()) return e;
    Expr* out = make(Expr::comparison, std::move(parts));
    out->operators = std::move(operators);
    return out;
}

Parser::Parsed Parser::chain(Parsed (Parser::*operand)(),
                             std::initializer_list<std::pair<std::string_view, Operator>> signs) {
    GOSSET_ASSIGN(const Expr* e, (this->*operand)());
    std::vector<const Expr*> parts{e};
    std::vector<Operator> operators;
    for (;;) {
        const size_t before = operators.size();
        for (const auto& [sign, op] : signs)
            if (operators.size() == before && take_sign(sign)) operators.push_back(op);
        if (operators.size() == before) break;
        GOSSET_ASSIGN(e, (this->*operand)());
        parts.push_back(e);
    }
    if (operators.empty()) return e;
    Expr* out = make(Expr::chain, std::move(parts));
    out->operators = std::move(operators);
    return out;
}

Parser::Parsed Parser::sum() {
    return chain(&Parser::concat, {{"+", Operator::add}, {"-", Operator::subtract}});
}

Parser::Parsed Parser::concat() {
    GOSSET_ASSIGN(const Expr* e, product());
    std::vector<const Expr*> parts{e};
    while (take_sign("~")) {
        GOSSET_ASSIGN(e, product());
        parts.push_back(e);
    }
    return parts.size() == 1 ? e : make(Expr::concat, std::move(parts));
}

Parser::Parsed Parser::product() {
    return chain(&Parser::power, {{"*", Operator::multiply},
                                  {"/", Operator::divide},
                                  {"//", Operator::floor_divide},
                                  {"%", Operator::modulo}});
}

Parser::Parsed Parser::power() {
    GOSSET_ASSIGN(const Expr* e, unary(true));
    while (take_sign("**")) {
        GOSSET_ASSIGN(const Expr* right, unary(true));
        e = make(Expr::chain, {e, right});
        out_.exprs.back().operators = {Operator::power};
    }
    return e;
}

Parser::Parsed Parser::unary(bool with_filters) {
    Deeper deeper(*this);
    if (!deeper.ok()) return too_deep();
    const Expr* e = nullptr;
    if (is_sign("-") || is_sign("+")) {
        const bool negates = take_sign("-");
        if (!negates) at_++;
        GOSSET_ASSIGN(e, unary(false));
        e = make(negates ? Expr::negate : Expr::plus, {e});
    } else {
        GOSSET_ASSIGN(e, primary());
    }
    GOSSET_ASSIGN(e, postfix(e));
    return with_filters ? filters(e) : Parsed(e);
}

Parser::Parsed Parser::primary() {
    const Token& token = now();
    Expr* e = make(Expr::constant);
    if (token.kind == TokenKind::name) {
        at_++;
        const std::string& name = token.text;
        if (name == "true" || name == "True" || name == "false" || name == "False") {
            e->value = Value::boolean(name == "true" || name == "True");
        } else if (name != "none" && name != "None") {
            e->kind = Expr::variable;
            e->name = name;
            varargs_ |= name == "varargs", kwargs_ |= name == "kwargs", caller_ |= name == "caller";
        }
        return e;
    }
    if (token.kind == TokenKind::string) {
        std::string all;
        for (; now().kind == TokenKind::string; at_++) all += now().text;
        e->value = Value::text(all, Origin::model);
        return e;
    }
    if (token.kind == TokenKind::integer || token.kind == TokenKind::real) {
        at_++;
        e->value = token.kind == TokenKind::integer ? Value::integer(token.integer)
                                                    : Value::real(token.real);
        return e;
    }
    if (take_sign("(")) {
        GOSSET_ASSIGN(const Expr* inside, tuple(true, true));
        GOSSET_TRY(need_sign(")"));
        return inside;
    }
    if (is_sign("[")) return list();
    if (is_sign("{")) return dict();
    return unexpected();
}

Parser::Parsed Parser::list() {
    GOSSET_TRY(need_sign("["));
    std::vector<const Expr*> parts;
    while (!is_sign("]")) {
        if (!parts.empty()) GOSSET_TRY(need_sign(","));
        if (is_sign("]")) break;
        GOSSET_ASSIGN(const Expr* e, expression());
        parts.push_back(e);
    }
    GOSSET_TRY(need_sign("]"));
    return make(Expr::list, std::move(parts));
}

Parser::Parsed Parser::dict() {
    GOSSET_TRY(need_sign("{"));
    std::vector<const Expr*> parts;
    while (!is_sign("}")) {
        if (!parts.empty()) GOSSET_TRY(need_sign(","));
        if (is_sign("}")) break;
        GOSSET_ASSIGN(const Expr* key, expression());
        GOSSET_TRY(need_sign(":"));
        GOSSET_ASSIGN(const Expr* value, expression());
        parts.insert(parts.end(), {key, value});
    }
    GOSSET_TRY(need_sign("}"));
    return make(Expr::dict, std::move(parts));
}

}  // namespace gosset::jinja
