// {% macro %} and {% call %}.
#include "runtime/session/jinja/parser.hpp"

namespace gosset::jinja {

Result<std::vector<Parameter>> Parser::parameters() {
    GOSSET_TRY(need_sign("("));
    std::vector<Parameter> out;
    while (!is_sign(")")) {
        if (!out.empty()) GOSSET_TRY(need_sign(","));
        Parameter p{"", nullptr};
        GOSSET_ASSIGN(p.name, any_name());
        if (take_sign("=")) {
            GOSSET_ASSIGN(p.otherwise, expression());
        } else if (!out.empty() && out.back().otherwise) {
            return template_error(now().line, "a parameter without a default after one with it");
        }
        out.push_back(std::move(p));
    }
    GOSSET_TRY(need_sign(")"));
    return out;
}

/// The body of a macro; notes which of its special names it uses.
Result<Block> Parser::routine_body(std::string_view end, MacroSyntax* routine) {
    const bool outer[3] = {varargs_, kwargs_, caller_};
    const size_t loops = loops_;
    varargs_ = kwargs_ = caller_ = false;
    loops_ = 0;
    GOSSET_ASSIGN(Block body, last_body(end));
    routine->uses_varargs = varargs_, routine->uses_kwargs = kwargs_;
    routine->uses_caller = caller_;
    varargs_ |= outer[0], kwargs_ |= outer[1], caller_ |= outer[2];
    loops_ = loops;
    return body;
}

Result<const Stmt*> Parser::macro() {
    Stmt* s = make(Stmt::macro);
    at_++;
    GOSSET_ASSIGN(s->routine.name, any_name());
    GOSSET_ASSIGN(s->routine.parameters, parameters());
    GOSSET_ASSIGN(s->routine.body, routine_body("endmacro", &s->routine));
    return s;
}

Result<const Stmt*> Parser::call_block() {
    Stmt* s = make(Stmt::call_block);
    at_++;
    s->routine.name = "caller";
    if (is_sign("(")) {
        GOSSET_ASSIGN(s->routine.parameters, parameters());
    }
    const uint32_t line = now().line;
    GOSSET_ASSIGN(s->expr, expression());
    if (s->expr->kind != Expr::call) return template_error(line, "{% call %} needs a call");
    GOSSET_ASSIGN(s->routine.body, routine_body("endcall", &s->routine));
    return s;
}

}  // namespace gosset::jinja
