/// From tokens to a tree, by jinja2's grammar (its parser.py), one function a rule. Depth and size
/// are bounded. Relies on lexer.hpp and syntax.hpp.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/session/jinja/lexer.hpp"
#include "runtime/session/jinja/syntax.hpp"

namespace gosset::jinja {

class Parser {
  public:
    Parser(std::vector<Token> tokens, const Limits& limits)
        : tokens_(std::move(tokens)), limits_(limits) {}
    Result<Syntax> run();

  private:
    using Parsed = Result<const Expr*>;
    struct Deeper;  // counts how deep rules are inside each other

    // Tokens.
    const Token& now() const { return tokens_[at_]; }
    const Token& after() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
    bool is_sign(std::string_view sign) const;
    bool is_name(std::string_view name) const;
    bool take_sign(std::string_view sign);
    bool take_name(std::string_view name);
    Status need_sign(std::string_view sign);
    Status need_name(std::string_view name);
    Result<std::string> any_name();
    Status need(TokenKind kind, const char* what);
    Status unexpected() const;
    Status too_deep() const;

    // Expressions, loosest first.
    Parsed expression();
    Parsed tuple(bool conditional, bool in_parentheses, std::string_view end_name = "");
    Parsed logical_or();
    Parsed logical_and();
    Parsed logical_not();
    Parsed comparison();
    Parsed sum();
    Parsed concat();
    Parsed product();
    Parsed power();
    Parsed unary(bool with_filters);
    Parsed primary();
    Parsed list();
    Parsed dict();
    Parsed postfix(const Expr* e);
    Parsed filters(const Expr* e);
    Parsed subscript(const Expr* e);
    Parsed brackets(const Expr* e);
    Parsed call(const Expr* e);
    Parsed filter(const Expr* e);
    Parsed test(const Expr* e);
    Parsed chain(Parsed (Parser::*operand)(),
                 std::initializer_list<std::pair<std::string_view, Operator>> signs);
    Result<std::vector<Argument>> arguments();

    // Statements.
    Result<Block> block(std::initializer_list<std::string_view> ends);
    Result<Block> body(std::initializer_list<std::string_view> ends);
    Result<Block> last_body(std::string_view end);
    Result<const Stmt*> statement();
    Result<const Stmt*> branch();
    Result<const Stmt*> loop();
    Result<const Stmt*> assign();
    Result<const Stmt*> macro();
    Result<const Stmt*> call_block();
    Result<const Stmt*> filter_block();
    Result<const Stmt*> with();
    Result<const Stmt*> leave(Stmt::Kind kind);
    Result<Block> routine_body(std::string_view end, MacroSyntax* routine);
    Result<std::vector<Parameter>> parameters();
    Result<Target> target(bool may_be_attribute, std::string_view end_name = "");
    Result<Target> one_target(bool may_be_attribute);

    Expr* make(Expr::Kind kind);
    Expr* make(Expr::Kind kind, std::vector<const Expr*> parts);
    Stmt* make(Stmt::Kind kind);

    const std::vector<Token> tokens_;
    const Limits& limits_;
    size_t at_ = 0, depth_ = 0, loops_ = 0;
    bool varargs_ = false, kwargs_ = false, caller_ = false;  // names that were used so far
    Syntax out_;
};

}  // namespace gosset::jinja
