#include "runtime/session/jinja/value.hpp"

#include <algorithm>

namespace gosset::jinja {

Value Value::undefined(std::string_view name) {
    Value v = text(name, Origin::model);
    v.kind_ = Kind::undefined;
    return v;
}
Value Value::boolean(bool b) {
    Value v(Kind::boolean);
    v.integer_ = b;
    return v;
}
Value Value::integer(int64_t i) {
    Value v(Kind::integer);
    v.integer_ = i;
    return v;
}
Value Value::real(double d) {
    Value v(Kind::real);
    v.real_ = d;
    return v;
}
Value Value::function(uint32_t id) {
    Value v(Kind::function);
    v.integer_ = id;
    return v;
}
Value Value::space(Space* s) {
    Value v(Kind::space);
    v.thing_ = s;
    return v;
}
Value Value::iterator(Iterator* i) {
    Value v(Kind::iterator);
    v.thing_ = i;
    return v;
}
Value Value::macro(const Macro* m) {
    Value v(Kind::macro);
    v.thing_ = const_cast<Macro*>(m);
    return v;
}
Value Value::loop(std::shared_ptr<Loop> l) {
    Value v(Kind::loop);
    v.object_ = std::move(l);
    return v;
}
Loop* Value::loop() const {
    return static_cast<Loop*>(const_cast<void*>(object_.get()));
}
Value Value::text(std::string_view bytes, Origin origin) {
    Value v(Kind::text);
    v.object_ = std::make_shared<const Text>(bytes, origin);
    return v;
}
Value Value::as_safe(bool safe) const {
    Value v = *this;
    v.safe_ = safe;
    return v;
}

/// An object that gives its bytes back to the heap when the last value lets go of it.
template <class T>
struct Heap::Counted {
    Counted(T o, Heap& h, size_t b) : object(std::move(o)), heap(h), bytes(b) { heap.live_ += b; }
    ~Counted() { heap.live_ -= bytes; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    const T object;
    Heap& heap;
    const size_t bytes;
};

Status Heap::spend(size_t steps) {
    steps_ += std::min(steps, limits_.steps + 1);
    if (steps_ <= limits_.steps) return {};
    steps_ = limits_.steps + 1;
    return limit_reached("it takes more than " + std::to_string(limits_.steps) + " steps");
}

Status Heap::admit(size_t bytes) const {
    if (bytes <= limits_.live_bytes && live_ <= limits_.live_bytes - bytes) return {};
    return limit_reached("its values need more than " + std::to_string(limits_.live_bytes) +
                         " bytes");
}

Status Heap::check_nesting(size_t nesting) const {
    if (nesting <= limits_.nesting) return {};
    return limit_reached("lists and dictionaries more than " + std::to_string(limits_.nesting) +
                         " deep");
}

template <class T>
Result<std::shared_ptr<const void>> Heap::keep(T object, size_t bytes) {
    bytes += sizeof(Counted<T>) + 64;
    GOSSET_TRY(admit(bytes));
    const auto counted = std::make_shared<const Counted<T>>(std::move(object), *this, bytes);
    return std::shared_ptr<const void>(counted, &counted->object);
}

Result<Value> Heap::text(Text text) {
    const size_t bytes = 2 * text.size();
    GOSSET_TRY(spend_bytes(text.size()));
    Value v(Kind::text);
    GOSSET_ASSIGN(v.object_, keep(std::move(text), bytes));
    return v;
}

Result<Value> Heap::sequence(Kind kind, Items items) {
    GOSSET_TRY(spend(1 + items.size()));
    Value v(kind);
    size_t nesting = 0;
    for (const Value& item : items) nesting = std::max(nesting, item.nesting());
    GOSSET_TRY(check_nesting(nesting + 1));
    v.nesting_ = uint8_t(nesting + 1);
    const size_t bytes = items.size() * sizeof(Value);
    GOSSET_ASSIGN(v.object_, keep(std::move(items), bytes));
    return v;
}

Result<Value> Heap::dict(Pairs pairs) {
    GOSSET_TRY(spend(1 + 2 * pairs.size()));
    Value v(Kind::dict);
    size_t nesting = 0;
    for (const auto& [key, value] : pairs)
        nesting = std::max({nesting, key.nesting(), value.nesting()});
    GOSSET_TRY(check_nesting(nesting + 1));
    v.nesting_ = uint8_t(nesting + 1);
    const size_t bytes = pairs.size() * 2 * sizeof(Value);
    GOSSET_ASSIGN(v.object_, keep(std::move(pairs), bytes));
    return v;
}

// Iterators and name spaces live as long as the heap: their bytes do not come back.
Result<Value> Heap::iterator(Items items) {
    const size_t bytes = sizeof(Iterator) + items.size() * sizeof(Value);
    GOSSET_TRY(spend(1 + items.size()));
    GOSSET_TRY(admit(bytes));
    live_ += bytes;
    iterators_.push_back({std::move(items), 0});
    return Value::iterator(&iterators_.back());
}

Result<Value> Heap::undefined(std::string_view name) {
    GOSSET_TRY(spend(1));
    Value v(Kind::undefined);
    GOSSET_ASSIGN(v.object_, keep(Text(name, Origin::model), 2 * name.size()));
    return v;
}

Result<Value> Heap::space() {
    GOSSET_TRY(spend(1));
    GOSSET_TRY(admit(4 * sizeof(Space)));
    live_ += 4 * sizeof(Space);
    spaces_.emplace_back();
    return Value::space(&spaces_.back());
}

Result<Value> Heap::method(const Value& self, uint32_t id) {
    GOSSET_TRY(spend(1));
    Value v(Kind::method);
    GOSSET_ASSIGN(v.object_, keep(Method{self, id}, 0));
    return v;
}

bool truth(const Value& v) {
    switch (v.kind()) {
        case Kind::absent:
        case Kind::undefined:
        case Kind::none:
            return false;
        case Kind::boolean:
        case Kind::integer:
            return v.integer() != 0;
        case Kind::real:
            return v.real() != 0;
        case Kind::text:
            return !v.text().empty();
        case Kind::list:
        case Kind::tuple:
        case Kind::range:
        case Kind::view:
            return !v.items().empty();
        case Kind::dict:
            return !v.pairs().empty();
        default:
            return true;
    }
}

Result<size_t> length(const Value& v) {
    switch (v.kind()) {
        case Kind::undefined:
            return size_t(0);
        case Kind::text:
            return count_characters(v.text().bytes());
        case Kind::list:
        case Kind::tuple:
        case Kind::range:
        case Kind::view:
            return v.items().size();
        case Kind::dict:
            return v.pairs().size();
        default:
            return invalid_argument(std::string("a value of type ") + type_name(v) +
                                    " has no length");
    }
}

const char* type_name(const Value& v) {
    constexpr const char* kNames[] = {"nothing", "undefined", "NoneType",  "bool",      "int",
                                      "float",   "str",       "list",      "tuple",     "range",
                                      "dict",    "dict view", "generator", "namespace", "function",
                                      "macro",   "method",    "loop"};
    return kNames[size_t(v.kind())];
}

}  // namespace gosset::jinja
