// Expressions.
#include "runtime/session/jinja/machine.hpp"
#include "runtime/session/jinja/machine_depth.hpp"

namespace gosset::jinja {

Result<Value> Machine::evaluate(const Expr& e, const ScopePtr& scope) {
    if (e.kind == Expr::constant) return e.value;
    Deeper deeper(*this);
    GOSSET_TRY(locate(deeper.check(), e.line));
    GOSSET_TRY(locate(heap_.spend(1), e.line));
    Result<Value> v = evaluate_parts(e, scope);
    return v.ok() ? std::move(v) : Result<Value>(locate(v.status(), e.line));
}

Result<Value> Machine::evaluate_parts(const Expr& e, const ScopePtr& scope) {
    switch (e.kind) {
        case Expr::variable:
            return variable(e, scope);
        case Expr::list:
        case Expr::tuple: {
            GOSSET_ASSIGN(Items items, evaluate_all(e.parts, scope));
            return heap_.sequence(e.kind == Expr::list ? Kind::list : Kind::tuple,
                                  std::move(items));
        }
        case Expr::dict:
            return dict(e, scope);
        case Expr::section:
            return sliced(e, scope);
        case Expr::chain:
            return chain(e, scope);
        case Expr::concat:
            return concat(e, scope);
        case Expr::comparison:
            return comparison(e, scope);
        case Expr::logical_and:
        case Expr::logical_or:
            return logical(e, scope);
        case Expr::condition:
            return condition(e, scope);
        case Expr::negate:
        case Expr::plus:
            return signed_number(e, scope);
        default:
            break;
    }
    Value first;
    if (e.parts[0]) {
        GOSSET_ASSIGN(first, evaluate(*e.parts[0], scope));
    } else if (captured_) {
        first = *captured_;
    }
    if (e.kind == Expr::attribute) return attribute(first, e.name);
    if (e.kind == Expr::logical_not) return Value::boolean(!truth(first));
    if (e.kind == Expr::item) {
        GOSSET_ASSIGN(const Value key, evaluate(*e.parts[1], scope));
        return item(first, key);
    }
    GOSSET_ASSIGN(Arguments given, arguments(e, scope));
    if (e.kind == Expr::call) return call(first, std::move(given));
    if (e.kind == Expr::filter) return filter(e.name, first, std::move(given));
    GOSSET_ASSIGN(const bool holds, test(e.name, first, std::move(given)));
    return Value::boolean(holds);
}

Result<Items> Machine::evaluate_all(const std::vector<const Expr*>& parts, const ScopePtr& scope) {
    Items items;
    for (const Expr* part : parts) {
        GOSSET_ASSIGN(Value v, evaluate(*part, scope));
        items.push_back(std::move(v));
    }
    return items;
}

Result<Value> Machine::variable(const Expr& e, const ScopePtr& scope) {
    for (Scope* s = scope.get(); s; s = s->outer.get())
        if (const Value* v = s->find(e.name)) return *v;
    const uint32_t id = find_function(e.name);
    if (id != kNoFunction) return Value::function(id);
    for (const char* known : {"lipsum", "cycler", "joiner"})
        if (e.name == known) return unsupported("the function '" + e.name + "' is not supported");
    return heap_.undefined(e.name);
}

Result<Value> Machine::chain(const Expr& e, const ScopePtr& scope) {
    GOSSET_ASSIGN(Value v, evaluate(*e.parts[0], scope));
    for (size_t i = 0; i < e.operators.size(); i++) {
        GOSSET_ASSIGN(const Value right, evaluate(*e.parts[i + 1], scope));
        GOSSET_ASSIGN(v, calculate(heap_, e.operators[i], v, right));
    }
    return v;
}

Result<Value> Machine::concat(const Expr& e, const ScopePtr& scope) {
    Text out;
    GOSSET_ASSIGN(const Items items, evaluate_all(e.parts, scope));
    for (const Value& v : items) GOSSET_TRY(append_str(heap_, v, &out));
    return heap_.text(std::move(out));
}

Result<Value> Machine::comparison(const Expr& e, const ScopePtr& scope) {
    GOSSET_ASSIGN(Value left, evaluate(*e.parts[0], scope));
    for (size_t i = 0; i < e.operators.size(); i++) {
        GOSSET_ASSIGN(Value right, evaluate(*e.parts[i + 1], scope));
        GOSSET_ASSIGN(const bool holds, compare(heap_, e.operators[i], left, right));
        if (!holds) return Value::boolean(false);
        left = std::move(right);
    }
    return Value::boolean(true);
}

/// As in Python, the operand that decided.
Result<Value> Machine::logical(const Expr& e, const ScopePtr& scope) {
    Value v;
    for (const Expr* part : e.parts) {
        GOSSET_ASSIGN(v, evaluate(*part, scope));
        if (truth(v) == (e.kind == Expr::logical_or)) break;
    }
    return v;
}

Result<Value> Machine::condition(const Expr& e, const ScopePtr& scope) {
    GOSSET_ASSIGN(const Value decides, evaluate(*e.parts[0], scope));
    if (truth(decides)) return evaluate(*e.parts[1], scope);
    return e.parts[2] ? evaluate(*e.parts[2], scope) : heap_.undefined("an if without an else");
}

Result<Value> Machine::dict(const Expr& e, const ScopePtr& scope) {
    Pairs pairs;
    for (size_t i = 0; i < e.parts.size(); i += 2) {
        GOSSET_ASSIGN(const Value key, evaluate(*e.parts[i], scope));
        GOSSET_ASSIGN(const Value value, evaluate(*e.parts[i + 1], scope));
        GOSSET_TRY(set_key(heap_, pairs, key, value));
    }
    return heap_.dict(std::move(pairs));
}

Result<Value> Machine::sliced(const Expr& e, const ScopePtr& scope) {
    Value values[4] = {Value::absent(), Value::absent(), Value::absent(), Value::absent()};
    for (size_t i = 0; i < 4; i++) {
        if (!e.parts[i]) continue;
        GOSSET_ASSIGN(values[i], evaluate(*e.parts[i], scope));
    }
    return slice(heap_, values[0], values[1], values[2], values[3]);
}

Result<Value> Machine::signed_number(const Expr& e, const ScopePtr& scope) {
    GOSSET_ASSIGN(const Value v, evaluate(*e.parts[0], scope));
    if (v.is(Kind::real)) return Value::real(e.kind == Expr::negate ? -v.real() : v.real());
    return calculate(heap_, e.kind == Expr::negate ? Operator::subtract : Operator::add,
                     Value::integer(0), v);
}

Result<Arguments> Machine::arguments(const Expr& e, const ScopePtr& scope) {
    Arguments out;
    for (const Argument& a : e.arguments) {
        GOSSET_ASSIGN(Value v, evaluate(*a.value, scope));
        if (a.kind == Argument::positional) {
            out.positional.push_back(std::move(v));
        } else if (a.kind == Argument::keyword) {
            out.named.emplace_back(a.name, std::move(v));
        } else if (a.kind == Argument::list) {
            GOSSET_ASSIGN(const Items items, iterate(heap_, v));
            out.positional.insert(out.positional.end(), items.begin(), items.end());
        } else {
            if (!v.is(Kind::dict)) return invalid_argument("** needs a dictionary");
            for (const auto& [key, value] : v.pairs()) {
                if (!key.is(Kind::text)) return invalid_argument("** needs keys that are strings");
                out.named.emplace_back(key.text().bytes(), value);
            }
        }
    }
    // Quadratic, so only for the few that calls have.
    if (out.named.size() > 256) return limit_reached("more than 256 named arguments");
    for (size_t i = 0; i < out.named.size(); i++)
        for (size_t j = 0; j < i; j++)
            if (out.named[i].first == out.named[j].first)
                return invalid_argument("'" + out.named[i].first + "' is given twice");
    return out;
}

Result<Value> Machine::call(const Value& callee, Arguments given) {
    switch (callee.kind()) {
        case Kind::function:
            return call_function(uint32_t(callee.integer()), std::move(given));
        case Kind::method:
            return call_method(callee.method(), std::move(given));
        case Kind::macro:
            return call_macro(*callee.macro(), std::move(given));
        case Kind::undefined:
            return invalid_argument("'" + callee.undefined_name() + "' is undefined");
        default:
            return invalid_argument(std::string("a value of type ") + type_name(callee) +
                                    " cannot be called");
    }
}

}  // namespace gosset::jinja
