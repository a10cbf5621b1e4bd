/// Values of templates, as Python has them: None, True, integers, floats, strings, lists, tuples,
/// dictionaries, and what only templates have: undefined, namespaces, macros, methods, loops.
/// Strings, lists and dictionaries never change once made (Jinja's immutable sandbox), so values
/// share them. Heap makes them and counts what they cost. Relies on text.hpp, limits.hpp,
/// status.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/session/jinja/limits.hpp"
#include "runtime/session/jinja/text.hpp"

namespace gosset::jinja {

enum class Kind : uint8_t {
    absent,     ///< an optional argument that was not given; templates never see it
    undefined,  ///< a name or attribute that does not exist; holds its name
    none,
    boolean,
    integer,
    real,
    text,
    list,
    tuple,
    range,  ///< range(): a list that cannot be printed
    dict,
    view,      ///< dict.items(), .keys(), .values(): iterable any number of times, no index
    iterator,  ///< what filters such as map give: iterable once
    space,     ///< namespace()
    function,  ///< a function of the environment
    macro,
    method,  ///< of a string, list, dictionary or loop, bound to it
    loop,
};

class Value;
struct Macro;
class Loop;
using Items = std::vector<Value>;
using Pairs = std::vector<std::pair<Value, Value>>;

/// A name space: the only thing that templates can change.
struct Space {
    std::vector<std::pair<std::string, Value>> names;
};
struct Iterator {
    Items items;
    size_t at = 0;
};
struct Method;

class Value {
  public:
    Value() : kind_(Kind::none) {}
    static Value absent() { return Value(Kind::absent); }
    static Value undefined(std::string_view name);
    static Value boolean(bool b);
    static Value integer(int64_t i);
    static Value real(double d);
    static Value function(uint32_t id);
    static Value space(Space* s);
    static Value iterator(Iterator* i);
    static Value macro(const Macro* m);
    static Value loop(std::shared_ptr<Loop> l);
    /// Without a Heap: for texts whose number is bounded otherwise.
    static Value text(std::string_view bytes, Origin origin);

    Kind kind() const { return kind_; }
    bool is(Kind kind) const { return kind_ == kind; }
    bool is_number() const { return kind_ >= Kind::boolean && kind_ <= Kind::real; }
    bool is_whole() const { return kind_ == Kind::boolean || kind_ == Kind::integer; }
    bool is_sequence() const { return kind_ >= Kind::list && kind_ <= Kind::range; }
    /// A string that the filter "safe" has marked: with + it escapes what it meets.
    bool safe() const { return safe_; }
    Value as_safe(bool safe) const;

    int64_t integer() const { return integer_; }  ///< of booleans too
    double real() const { return kind_ == Kind::real ? real_ : double(integer_); }
    const Text& text() const { return *static_cast<const Text*>(object_.get()); }
    const Items& items() const { return *static_cast<const Items*>(object_.get()); }
    const Pairs& pairs() const { return *static_cast<const Pairs*>(object_.get()); }
    const Method& method() const { return *static_cast<const Method*>(object_.get()); }
    std::string undefined_name() const { return text().bytes(); }
    Space* space() const { return static_cast<Space*>(thing_); }
    Iterator* iterator() const { return static_cast<Iterator*>(thing_); }
    const Macro* macro() const { return static_cast<const Macro*>(thing_); }
    Loop* loop() const;
    const void* identity() const { return object_ ? object_.get() : thing_; }
    size_t nesting() const { return nesting_; }

  private:
    friend class Heap;
    explicit Value(Kind kind) : kind_(kind) {}

    Kind kind_;
    bool safe_ = false;
    uint8_t nesting_ = 0;
    union {
        int64_t integer_ = 0;
        double real_;
        void* thing_;
    };
    std::shared_ptr<const void> object_;
};

/// `id` says which; see methods.cpp.
struct Method {
    Value self;
    uint32_t id;
};

/// Makes values and counts their bytes, and the steps that a template takes. Must outlive them.
class Heap {
  public:
    explicit Heap(const Limits& limits) : limits_(limits) {}
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    const Limits& limits() const { return limits_; }
    /// Counts steps; an error when there were too many.
    Status spend(size_t steps);
    /// The steps of touching so many bytes.
    Status spend_bytes(size_t bytes) { return spend(1 + bytes / 16); }
    /// An error when so many bytes more are too many: to be asked before they are made.
    Status admit(size_t bytes) const;

    Result<Value> text(Text text);
    Result<Value> text(std::string_view bytes, Origin origin) { return text(Text(bytes, origin)); }
    Result<Value> sequence(Kind kind, Items items);  ///< list, tuple, range or view
    Result<Value> list(Items items) { return sequence(Kind::list, std::move(items)); }
    Result<Value> dict(Pairs pairs);
    Result<Value> iterator(Items items);
    Result<Value> space();
    Result<Value> undefined(std::string_view name);
    Result<Value> method(const Value& self, uint32_t id);

  private:
    template <class T>
    struct Counted;
    template <class T>
    Result<std::shared_ptr<const void>> keep(T object, size_t bytes);
    Status check_nesting(size_t nesting) const;

    const Limits limits_;
    size_t live_ = 0, steps_ = 0;
    std::deque<Space> spaces_;  // owned here, since they can hold each other
    std::deque<Iterator> iterators_;
};

/// As Python's bool(), len() and type().__name__; len is an error where there is none.
bool truth(const Value& v);
Result<size_t> length(const Value& v);
const char* type_name(const Value& v);

}  // namespace gosset::jinja
