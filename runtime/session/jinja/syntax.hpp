/// A template as a tree. Nodes are owned by the Syntax that holds them all and never change.
/// Relies on value.hpp and operations.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "runtime/session/jinja/operations.hpp"

namespace gosset::jinja {

struct Expr;

struct Argument {
    enum Kind : uint8_t { positional, keyword, list, dictionary } kind;  ///< x, name=x, *x, **x
    std::string name;
    const Expr* value;
};

struct Expr {
    enum Kind : uint8_t {
        constant,   ///< `value`
        variable,   ///< `name`
        list,       ///< parts
        tuple,      ///< parts
        dict,       ///< parts: key, value, key, value, ...
        attribute,  ///< parts[0].name
        item,       ///< parts[0][parts[1]]
        section,    ///< parts[0][parts[1]:parts[2]:parts[3]]; null: left open
        call,       ///< parts[0](arguments)
        filter,     ///< parts[0] | name(arguments); a null part is the text of a filter block
        test,       ///< parts[0] is name(arguments)
        negate,     ///< -parts[0]
        plus,       ///< +parts[0]
        logical_not,
        chain,       ///< parts[0] operators[0] parts[1] ..., from left to right
        concat,      ///< parts joined by ~
        comparison,  ///< parts[0] < parts[1] < ..., all of which must hold
        logical_and,
        logical_or,
        condition,  ///< parts[1] if parts[0] else parts[2]; null: undefined
    };
    Kind kind;
    uint32_t line;
    std::string name;
    Value value;
    std::vector<const Expr*> parts;
    std::vector<Operator> operators;
    std::vector<Argument> arguments;
};

/// What is assigned to: a name, an attribute of a name space, or a tuple of these.
struct Target {
    std::string name, attribute;
    std::vector<Target> parts;  ///< not empty: a tuple
};

struct Stmt;
using Block = std::vector<const Stmt*>;

struct Parameter {
    std::string name;
    const Expr* otherwise;  ///< null: undefined
};

/// {% macro %}, and the body of {% call %}.
struct MacroSyntax {
    std::string name;
    std::vector<Parameter> parameters;
    bool uses_varargs = false, uses_kwargs = false, uses_caller = false;
    Block body;
};

struct Stmt {
    enum Kind : uint8_t {
        data,          ///< `text`
        print,         ///< {{ expr }}
        branch,        ///< {% if %}: conditions[i] leads to blocks[i], the last block is the else
        loop,          ///< {% for target in expr if condition %} body {% else %} otherwise
        assign,        ///< {% set target = expr %}
        capture,       ///< {% set target | filters %} body; expr: the filters or null
        macro,         ///< {% macro %}
        call_block,    ///< {% call(parameters) expr %} body
        filter_block,  ///< {% filter expr %} body
        with,          ///< {% with a = 1 %} body; {% generation %} is one without names
        leave,         ///< {% break %}
        next,          ///< {% continue %}
    };
    Kind kind;
    uint32_t line;
    std::string text;
    const Expr* expr = nullptr;
    const Expr* condition = nullptr;
    std::vector<const Expr*> conditions;
    std::vector<Block> blocks;
    std::vector<Target> targets;
    Block body, otherwise;
    MacroSyntax routine;
};

struct Syntax {
    Block body;
    std::deque<Expr> exprs;
    std::deque<Stmt> stmts;
};

}  // namespace gosset::jinja
