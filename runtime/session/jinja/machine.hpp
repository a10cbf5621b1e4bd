/// Runs a template's tree: scopes, loops, macros, and the calls that filters, tests, methods and
/// functions answer. One Machine runs one template once. Relies on syntax.hpp, operations.hpp.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/session/jinja/moment.hpp"
#include "runtime/session/jinja/syntax.hpp"

namespace gosset::jinja {

/// As C's strftime in the C locale; an error for a directive that is not known.
Result<std::string> format_moment(const Moment& m, std::string_view format);

/// The arguments of a call, in order and by name.
struct Arguments {
    Items positional;
    std::vector<std::pair<std::string, Value>> named;
    /// Brings them into the order of `parameters`, a list of names separated by spaces; those that
    /// end in '?' may be absent.
    Status arrange(const char* parameters);
    const Value& at(size_t i) const { return positional[i]; }
    size_t size() const { return positional.size(); }
};

/// Names of a block and of those around it. Shared, since macros keep the scope that made them.
struct Scope {
    std::shared_ptr<Scope> outer;
    std::vector<std::pair<std::string_view, Value>> names;

    Value* find(std::string_view name);
    void set(std::string_view name, Value value);
};
using ScopePtr = std::shared_ptr<Scope>;

struct Macro {
    const MacroSyntax* syntax;
    ScopePtr scope;
};

class Machine;

/// A {% for %} in progress: `loop` in its body. Pulls its elements one by one, because a condition
/// may look at a name space that the body changes.
class Loop {
  public:
    Loop(Machine& machine, const Stmt& stmt, Items items, ScopePtr scope)
        : machine_(machine), stmt_(stmt), items_(std::move(items)), scope_(std::move(scope)) {}

    /// Lets go of what it loops over: a value may hold the loop for longer than it runs.
    void finish();
    /// Moves to the next element; false after the last.
    Result<bool> advance();
    const Value& current() const { return current_; }
    /// loop.index and the like.
    Result<Value> attribute(std::string_view name);
    Result<Value> cycle(const Items& values) const;
    Result<bool> changed(Items values);

  private:
    Result<bool> pull(Value* out);
    Result<bool> peek();
    Result<size_t> length();

    Machine& machine_;
    const Stmt& stmt_;
    Items items_;
    ScopePtr scope_;
    size_t at_ = 0;            // in items_
    std::deque<Value> ahead_;  // pulled, but not yet given
    Value before_, current_;
    size_t given_ = 0;
    Items last_changed_;
    bool ever_changed_ = false;
};

class Machine {
  public:
    Machine(const Syntax& syntax, Heap& heap, const Moment& now)
        : heap_(heap), syntax_(syntax), now_(now) {}

    /// `names`: the variables that the template may use.
    Result<Text> run(std::vector<std::pair<std::string_view, Value>> names);

    Heap& heap() { return heap_; }
    const Moment& now() const { return now_; }

    Result<Value> evaluate(const Expr& e, const ScopePtr& scope);
    Status assign(const Target& target, const Value& value, Scope& scope);

    // What the tables of filters.cpp, predicates.cpp, methods.cpp and functions.cpp answer.
    Result<Value> filter(std::string_view name, const Value& input, Arguments arguments);
    Result<bool> test(std::string_view name, const Value& input, Arguments arguments);
    Result<Value> call_method(const Method& method, Arguments arguments);
    Result<Value> call_function(uint32_t id, Arguments arguments);

    /// As environment.getattr and getitem of Jinja.
    Result<Value> attribute(const Value& of, std::string_view name);
    Result<Value> item(const Value& of, const Value& key);
    /// "a.b.0", as filters take it; `otherwise` stands for each part that is undefined.
    Result<Value> attribute_path(const Value& of, const Value& path,
                                 const Value& otherwise = Value());

  private:
    struct Deeper;
    enum class Flow : uint8_t { on, leave, next };

    Status run_block(const Block& block, const ScopePtr& scope, Text* out);
    Status run_stmt(const Stmt& s, const ScopePtr& scope, Text* out);
    Status run_branch(const Stmt& s, const ScopePtr& scope, Text* out);
    Status run_loop(const Stmt& s, const ScopePtr& scope, Text* out);
    Status run_rounds(const Stmt& s, const std::shared_ptr<Loop>& loop, const ScopePtr& scope,
                      Text* out, bool* any);
    Status run_with(const Stmt& s, const ScopePtr& scope, Text* out);
    Status run_call_block(const Stmt& s, const ScopePtr& scope, Text* out);
    Result<Value> run_captured(const Stmt& s, const ScopePtr& scope);
    Status define_macro(const MacroSyntax& syntax, const ScopePtr& scope, Value* out);
    Result<Value> call_macro(const Macro& macro, Arguments arguments);
    Status bind_arguments(const Macro& macro, Arguments& arguments, const ScopePtr& scope);

    Result<Value> evaluate_parts(const Expr& e, const ScopePtr& scope);
    Result<Items> evaluate_all(const std::vector<const Expr*>& parts, const ScopePtr& scope);
    Result<Value> variable(const Expr& e, const ScopePtr& scope);
    Result<Value> chain(const Expr& e, const ScopePtr& scope);
    Result<Value> concat(const Expr& e, const ScopePtr& scope);
    Result<Value> comparison(const Expr& e, const ScopePtr& scope);
    Result<Value> logical(const Expr& e, const ScopePtr& scope);
    Result<Value> condition(const Expr& e, const ScopePtr& scope);
    Result<Value> dict(const Expr& e, const ScopePtr& scope);
    Result<Value> sliced(const Expr& e, const ScopePtr& scope);
    Result<Value> signed_number(const Expr& e, const ScopePtr& scope);
    Result<Arguments> arguments(const Expr& e, const ScopePtr& scope);
    Result<Value> call(const Value& callee, Arguments arguments);
    Status locate(const Status& status, uint32_t line);

    Heap& heap_;
    const Syntax& syntax_;
    const Moment now_;
    std::deque<Macro> macros_;
    size_t depth_ = 0;
    Flow flow_ = Flow::on;
    const Value* captured_ = nullptr;  // what the innermost filter of a block filters
    bool located_ = false;             // the error names its line already
};

/// Functions that every template may call, by name; kNoFunction when there is none.
inline constexpr uint32_t kNoFunction = UINT32_MAX;
uint32_t find_function(std::string_view name);
/// The attribute of a value that is a method: an error for one that is not supported or would
/// change the value, absent when there is no such method.
Result<Value> find_method(Heap& heap, const Value& self, std::string_view name);

}  // namespace gosset::jinja
