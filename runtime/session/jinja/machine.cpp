// Statements.
#include "runtime/session/jinja/machine.hpp"

#include <algorithm>

#include "runtime/session/jinja/machine_depth.hpp"

namespace gosset::jinja {

Value* Scope::find(std::string_view name) {
    for (auto& [own, value] : names)
        if (own == name) return &value;
    return nullptr;
}

void Scope::set(std::string_view name, Value value) {
    if (Value* own = find(name))
        *own = std::move(value);
    else
        names.emplace_back(name, std::move(value));
}

/// Errors name the line of the innermost expression or statement that failed.
Status Machine::locate(const Status& status, uint32_t line) {
    if (status.ok() || located_) return status;
    located_ = true;
    return status.in("chat template, line " + std::to_string(line));
}

Result<Text> Machine::run(std::vector<std::pair<std::string_view, Value>> names) {
    auto global = std::make_shared<Scope>();
    global->names = std::move(names);
    auto top = std::make_shared<Scope>();
    top->outer = std::move(global);
    Text out;
    GOSSET_TRY(run_block(syntax_.body, top, &out));
    return out;
}

Status Machine::run_block(const Block& block, const ScopePtr& scope, Text* out) {
    Deeper deeper(*this);
    for (const Stmt* s : block) {
        GOSSET_TRY(locate(deeper.check(), s->line));
        GOSSET_TRY(locate(heap_.spend(1), s->line));
        GOSSET_TRY(locate(run_stmt(*s, scope, out), s->line));
        if (out->size() > heap_.limits().output_bytes)
            return locate(limit_reached("it writes more than " +
                                        std::to_string(heap_.limits().output_bytes) + " bytes"),
                          s->line);
        if (flow_ != Flow::on) break;
    }
    return {};
}

Status Machine::run_stmt(const Stmt& s, const ScopePtr& scope, Text* out) {
    switch (s.kind) {
        case Stmt::data:
            GOSSET_TRY(heap_.spend_bytes(s.text.size()));
            out->append(s.text, Origin::model);
            return {};
        case Stmt::print: {
            GOSSET_ASSIGN(const Value v, evaluate(*s.expr, scope));
            return append_str(heap_, v, out);
        }
        case Stmt::branch:
            return run_branch(s, scope, out);
        case Stmt::loop:
            return run_loop(s, scope, out);
        case Stmt::assign: {
            GOSSET_ASSIGN(const Value v, evaluate(*s.expr, scope));
            return assign(s.targets[0], v, *scope);
        }
        case Stmt::capture: {
            GOSSET_ASSIGN(const Value v, run_captured(s, scope));
            return assign(s.targets[0], v, *scope);
        }
        case Stmt::filter_block: {
            GOSSET_ASSIGN(const Value v, run_captured(s, scope));
            return append_str(heap_, v, out);
        }
        case Stmt::macro: {
            Value v;
            GOSSET_TRY(define_macro(s.routine, scope, &v));
            scope->set(s.routine.name, std::move(v));
            return {};
        }
        case Stmt::call_block:
            return run_call_block(s, scope, out);
        case Stmt::with:
            return run_with(s, scope, out);
        case Stmt::leave:
            flow_ = Flow::leave;
            return {};
        case Stmt::next:
            flow_ = Flow::next;
            return {};
    }
    return {};
}

Status Machine::run_branch(const Stmt& s, const ScopePtr& scope, Text* out) {
    for (size_t i = 0; i < s.conditions.size(); i++) {
        GOSSET_ASSIGN(const Value v, evaluate(*s.conditions[i], scope));
        if (truth(v)) return run_block(s.blocks[i], scope, out);
    }
    return run_block(s.blocks.back(), scope, out);
}

Status Machine::run_loop(const Stmt& s, const ScopePtr& scope, Text* out) {
    GOSSET_ASSIGN(const Value over, evaluate(*s.expr, scope));
    GOSSET_ASSIGN(Items items, iterate(heap_, over));
    const auto loop = std::make_shared<Loop>(*this, s, std::move(items), scope);
    bool any = false;
    const Status status = run_rounds(s, loop, scope, out, &any);
    loop->finish();
    if (any || !status.ok()) return status;
    auto inner = std::make_shared<Scope>();
    inner->outer = scope;
    return run_block(s.otherwise, inner, out);
}

Status Machine::run_rounds(const Stmt& s, const std::shared_ptr<Loop>& loop, const ScopePtr& scope,
                           Text* out, bool* any) {
    for (;;) {
        GOSSET_ASSIGN(const bool more, loop->advance());
        if (!more) return {};
        *any = true;
        GOSSET_TRY(heap_.spend(1));
        auto inner = std::make_shared<Scope>();
        inner->outer = scope;
        inner->set("loop", Value::loop(loop));
        GOSSET_TRY(assign(s.targets[0], loop->current(), *inner));
        GOSSET_TRY(run_block(s.body, inner, out));
        const Flow flow = flow_;
        flow_ = Flow::on;
        if (flow == Flow::leave) return {};
    }
}

Status Machine::run_with(const Stmt& s, const ScopePtr& scope, Text* out) {
    auto inner = std::make_shared<Scope>();
    inner->outer = scope;
    for (size_t i = 0; i < s.targets.size(); i++) {
        // Values see the names outside only.
        GOSSET_ASSIGN(const Value v, evaluate(*s.conditions[i], scope));
        GOSSET_TRY(assign(s.targets[i], v, *inner));
    }
    return run_block(s.body, inner, out);
}

/// The text of a body, through the filters of its tag.
Result<Value> Machine::run_captured(const Stmt& s, const ScopePtr& scope) {
    auto inner = std::make_shared<Scope>();
    inner->outer = scope;
    Text text;
    GOSSET_TRY(run_block(s.body, inner, &text));
    GOSSET_ASSIGN(Value v, heap_.text(std::move(text)));
    if (!s.expr) return v;
    const Value* outer = captured_;
    captured_ = &v;
    Result<Value> filtered = evaluate(*s.expr, scope);
    captured_ = outer;
    return filtered;
}

Status Machine::assign(const Target& target, const Value& value, Scope& scope) {
    if (target.parts.empty() && target.attribute.empty()) {
        scope.set(target.name, value);
        return {};
    }
    if (target.parts.empty()) {
        const Value* found = nullptr;
        for (Scope* s = &scope; s && !found; s = s->outer.get()) found = s->find(target.name);
        if (!found || !found->is(Kind::space))
            return invalid_argument("'" + target.name + "." + target.attribute + "' is set, but '" +
                                    target.name + "' is no namespace");
        auto& names = found->space()->names;
        for (auto& [name, old] : names) {
            if (name != target.attribute) continue;
            old = value;
            return {};
        }
        names.emplace_back(target.attribute, value);
        return {};
    }
    GOSSET_ASSIGN(const Items items, iterate(heap_, value));
    if (items.size() != target.parts.size())
        return invalid_argument(std::to_string(items.size()) + " values for " +
                                std::to_string(target.parts.size()) + " names");
    for (size_t i = 0; i < items.size(); i++) GOSSET_TRY(assign(target.parts[i], items[i], scope));
    return {};
}

}  // namespace gosset::jinja
