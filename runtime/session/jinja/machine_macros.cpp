// Macros and {% call %}.
#include "runtime/session/jinja/machine.hpp"
#include "runtime/session/jinja/machine_depth.hpp"

namespace gosset::jinja {

Status Machine::define_macro(const MacroSyntax& syntax, const ScopePtr& scope, Value* out) {
    GOSSET_TRY(heap_.admit(256 * (macros_.size() + 1)));
    macros_.push_back({&syntax, scope});
    *out = Value::macro(&macros_.back());
    return {};
}

Status Machine::run_call_block(const Stmt& s, const ScopePtr& scope, Text* out) {
    GOSSET_ASSIGN(const Value callee, evaluate(*s.expr->parts[0], scope));
    GOSSET_ASSIGN(Arguments given, arguments(*s.expr, scope));
    Value caller;
    GOSSET_TRY(define_macro(s.routine, scope, &caller));
    given.named.emplace_back("caller", std::move(caller));
    GOSSET_ASSIGN(const Value v, call(callee, std::move(given)));
    return append_str(heap_, v, out);
}

Result<Value> Machine::call_macro(const Macro& macro, Arguments given) {
    Deeper deeper(*this);
    GOSSET_TRY(deeper.check());
    auto scope = std::make_shared<Scope>();
    scope->outer = macro.scope;
    const Status bound = bind_arguments(macro, given, scope);
    if (!bound.ok()) return bound.in("macro " + macro.syntax->name);
    Text text;
    GOSSET_TRY(run_block(macro.syntax->body, scope, &text));
    return heap_.text(std::move(text));
}

Status Machine::bind_arguments(const Macro& macro, Arguments& given, const ScopePtr& scope) {
    const MacroSyntax& m = *macro.syntax;
    auto& named = given.named;
    const auto take = [&](std::string_view name, Value* out) {
        for (size_t i = 0; i < named.size(); i++) {
            if (named[i].first != name) continue;
            *out = named[i].second;
            named.erase(named.begin() + ptrdiff_t(i));
            return true;
        }
        return false;
    };
    for (size_t i = 0; i < m.parameters.size(); i++) {
        const Parameter& p = m.parameters[i];
        Value v = Value::undefined(p.name), twice;
        if (i < given.size()) {
            v = given.at(i);
            if (take(p.name, &twice)) return invalid_argument("'" + p.name + "' is given twice");
        } else if (!take(p.name, &v) && p.otherwise) {
            GOSSET_ASSIGN(v, evaluate(*p.otherwise, scope));
        }
        scope->set(p.name, std::move(v));
    }
    if (m.uses_caller && !scope->find("caller")) {
        Value caller = Value::undefined("caller");
        take("caller", &caller);
        scope->set("caller", std::move(caller));
    }
    if (m.uses_kwargs) {
        Pairs pairs;
        for (auto& [name, value] : named)
            pairs.emplace_back(Value::text(name, Origin::model), std::move(value));
        named.clear();
        GOSSET_ASSIGN(Value kwargs, heap_.dict(std::move(pairs)));
        scope->set("kwargs", std::move(kwargs));
    }
    if (!named.empty()) return invalid_argument("it has no parameter '" + named[0].first + "'");
    const size_t known = std::min(given.size(), m.parameters.size());
    if (m.uses_varargs) {
        Items rest(given.positional.begin() + ptrdiff_t(known), given.positional.end());
        GOSSET_ASSIGN(Value varargs, heap_.sequence(Kind::tuple, std::move(rest)));
        scope->set("varargs", std::move(varargs));
    } else if (given.size() > known) {
        return invalid_argument("it takes " + std::to_string(known) + " arguments, not " +
                                std::to_string(given.size()));
    }
    return {};
}

Status Arguments::arrange(const char* parameters) {
    std::string_view rest = parameters;
    size_t n = 0;
    for (; !rest.empty(); n++) {
        std::string_view name = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const bool optional = name.back() == '?';
        if (optional) name.remove_suffix(1);
        const size_t given = n < positional.size() && !positional[n].is(Kind::absent);
        bool found = given;
        if (n >= positional.size()) positional.push_back(Value::absent());
        for (size_t i = 0; i < named.size(); i++) {
            if (named[i].first != name) continue;
            if (found) return invalid_argument("'" + std::string(name) + "' is given twice");
            positional[n] = named[i].second;
            named.erase(named.begin() + ptrdiff_t(i));
            found = true;
            break;
        }
        if (!found && !optional) return invalid_argument("'" + std::string(name) + "' is missing");
    }
    if (positional.size() > n)
        return invalid_argument("at most " + std::to_string(n) + " arguments can be given");
    if (!named.empty()) return invalid_argument("no parameter '" + named[0].first + "'");
    return {};
}

}  // namespace gosset::jinja
