// The functions that chat templates may call.
#include <algorithm>

#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

namespace {

Result<Value> range(Machine& m, Arguments& a) {
    int64_t bounds[3] = {0, 0, 1};
    if (a.size() < 1 || a.size() > 3 || !a.named.empty())
        return invalid_argument("range() takes one to three integers");
    for (size_t i = 0; i < a.size(); i++) {
        if (!a.at(i).is_whole())
            return invalid_argument(std::string("range() of a ") + type_name(a.at(i)));
        bounds[a.size() == 1 ? 1 : i] = a.at(i).integer();
    }
    const auto [begin, end, step] = bounds;
    if (step == 0) return invalid_argument("range() with step zero");
    Items items;
    for (int64_t i = begin; step > 0 ? i < end : i > end;) {
        if (items.size() >= m.heap().limits().range)
            return limit_reached("range() of more than " + std::to_string(m.heap().limits().range) +
                                 " numbers");
        items.push_back(Value::integer(i));
        if (__builtin_add_overflow(i, step, &i)) break;
    }
    return m.heap().sequence(Kind::range, std::move(items));
}

Status add_pairs(Machine& m, Arguments& a, Pairs* out) {
    if (a.size() > 1) return invalid_argument("at most one dictionary can be given");
    if (a.size() == 1 && a.at(0).is(Kind::dict)) {
        *out = a.at(0).pairs();
    } else if (a.size() == 1) {
        GOSSET_ASSIGN(const Items items, iterate(m.heap(), a.at(0)));
        for (const Value& item : items) {
            GOSSET_ASSIGN(const Items pair, iterate(m.heap(), item));
            if (pair.size() != 2) return invalid_argument("a pair must have two elements");
            GOSSET_TRY(set_key(m.heap(), *out, pair[0], pair[1]));
        }
    }
    for (auto& [name, value] : a.named)
        GOSSET_TRY(set_key(m.heap(), *out, Value::text(name, Origin::model), value));
    return {};
}

Result<Value> dict(Machine& m, Arguments& a) {
    Pairs pairs;
    GOSSET_TRY(add_pairs(m, a, &pairs));
    return m.heap().dict(std::move(pairs));
}

Result<Value> name_space(Machine& m, Arguments& a) {
    Pairs pairs;
    GOSSET_TRY(add_pairs(m, a, &pairs));
    GOSSET_ASSIGN(const Value v, m.heap().space());
    for (auto& [key, value] : pairs) {
        if (!key.is(Kind::text)) return invalid_argument("namespace() needs names");
        v.space()->names.emplace_back(key.text().bytes(), std::move(value));
    }
    return v;
}

Result<Value> strftime_now(Machine& m, Arguments& a) {
    GOSSET_TRY(a.arrange("format"));
    GOSSET_ASSIGN(const Text format, need_text(a.at(0), "the format"));
    GOSSET_ASSIGN(const std::string text, format_moment(m.now(), format.bytes()));
    return m.heap().text(text, Origin::model);
}

struct Function {
    std::string_view name;
    Result<Value> (*call)(Machine&, Arguments&);
};
constexpr Function kFunctions[] = {
    {"range", range},
    {"dict", dict},
    {"namespace", name_space},
    {"strftime_now", strftime_now},
    {"raise_exception", nullptr},  // in call_function
};

}  // namespace

uint32_t find_function(std::string_view name) {
    for (uint32_t i = 0; i < std::size(kFunctions); i++)
        if (kFunctions[i].name == name) return i;
    return kNoFunction;
}

Result<Value> Machine::call_function(uint32_t id, Arguments given) {
    const Function& f = kFunctions[id];
    if (f.call) return f.call(*this, given);
    GOSSET_TRY(given.arrange("message"));
    GOSSET_ASSIGN(const Text message, to_str(heap_, given.at(0)));
    located_ = true;  // the template's own words need no line
    return invalid_argument("the model's chat template refuses this conversation: " +
                            message.bytes());
}

}  // namespace gosset::jinja
