// value.name and value[key].
#include "runtime/session/jinja/machine.hpp"

namespace gosset::jinja {

namespace {

Result<Value> from_dict(Heap& heap, const Value& of, const Value& key) {
    GOSSET_ASSIGN(const Value* found, find_key(heap, of.pairs(), key));
    return found ? *found : Value::absent();
}

Result<Value> from_space(Heap& heap, const Value& of, std::string_view name) {
    for (const auto& [own, value] : of.space()->names)
        if (own == name) return value;
    return heap.undefined(name);
}

}  // namespace

Result<Value> Machine::attribute(const Value& of, std::string_view name) {
    if (of.is(Kind::undefined))
        return invalid_argument("'" + of.undefined_name() + "' is undefined, so it has no '" +
                                std::string(name) + "'");
    if (of.is(Kind::space)) return from_space(heap_, of, name);
    if (of.is(Kind::loop)) {
        GOSSET_ASSIGN(const Value method, find_method(heap_, of, name));
        return method.is(Kind::absent) ? of.loop()->attribute(name) : Result<Value>(method);
    }
    GOSSET_ASSIGN(const Value method, find_method(heap_, of, name));
    if (!method.is(Kind::absent)) return method;
    if (of.is(Kind::dict)) {
        GOSSET_ASSIGN(const Value v, from_dict(heap_, of, Value::text(name, Origin::model)));
        if (!v.is(Kind::absent)) return v;
    }
    if (name.substr(0, 2) == "__")
        return unsupported("the attribute '" + std::string(name) + "' is Python's own");
    return heap_.undefined(name);
}

Result<Value> Machine::item(const Value& of, const Value& key) {
    const std::string name = key.is(Kind::text) ? key.text().bytes() : "";
    if (of.is(Kind::undefined))
        return invalid_argument("'" + of.undefined_name() + "' is undefined, so it has no '" +
                                (key.is(Kind::integer) ? std::to_string(key.integer()) : name) +
                                "'");
    if (of.is(Kind::dict)) {
        // A key without a hash is not there, and no error.
        if (!key.is(Kind::list) && !key.is(Kind::dict)) {
            GOSSET_ASSIGN(const Value v, from_dict(heap_, of, key));
            if (!v.is(Kind::absent)) return v;
        }
    } else if (key.is_whole() && (of.is(Kind::text) || of.is_sequence())) {
        return element(heap_, of, key.integer());
    }
    return key.is(Kind::text) ? attribute(of, name) : heap_.undefined("item");
}

Result<Value> Machine::attribute_path(const Value& of, const Value& path, const Value& otherwise) {
    const bool replaces = !otherwise.is(Kind::none) && !otherwise.is(Kind::absent);
    Value v = of;
    if (path.is(Kind::integer)) {
        GOSSET_ASSIGN(v, item(v, path));
        return replaces && v.is(Kind::undefined) ? otherwise : v;
    }
    if (!path.is(Kind::text)) return invalid_argument("an attribute must be a string or a number");
    const std::string& all = path.text().bytes();
    for (size_t begin = 0; begin <= all.size();) {
        const size_t end = std::min(all.find('.', begin), all.size());
        const std::string name = all.substr(begin, end - begin);
        const bool number =
            !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == name.npos;
        GOSSET_ASSIGN(v, item(v, number ? Value::integer(std::stoi(name))
                                        : Value::text(name, Origin::model)));
        if (replaces && v.is(Kind::undefined)) v = otherwise;
        begin = end + 1;
    }
    return v;
}

}  // namespace gosset::jinja
