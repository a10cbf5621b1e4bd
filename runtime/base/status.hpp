/// What a fallible function returns: a Status, or a Result<T> that holds a T or a Status.
/// Relies on nothing but the standard library. The library never throws, prints or aborts on bad
/// input: it returns one of these, with a message that says what, where and what to do.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace gosset {

/// Spaced and frozen: the same numbers are the C API's gosset_status.
enum class StatusCode : int32_t {
    ok = 0,
    invalid_argument = 10,  ///< the caller asked for something that makes no sense
    not_found = 20,         ///< no such file, tensor, codec or name
    io = 30,                ///< the operating system refused: permission, full disk, short read
    corrupt = 40,           ///< the bytes contradict themselves; the file is damaged or hostile
    unsupported = 50,       ///< well-formed, but this build cannot run it (names what)
    out_of_memory = 60,
    limit = 70,    ///< a stated capacity is exhausted: context full, batch too large
    aborted = 80,  ///< the abort callback said stop
    internal = 90,
};

class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

    bool ok() const { return code_ == StatusCode::ok; }
    StatusCode code() const { return code_; }
    const std::string& message() const { return message_; }
    /// The same failure with "where: " in front, for callers that know more of the place.
    Status in(const std::string& where) const {
        return ok() ? *this : Status(code_, where + ": " + message_);
    }

  private:
    StatusCode code_ = StatusCode::ok;
    std::string message_;
};

inline Status invalid_argument(std::string m) {
    return {StatusCode::invalid_argument, std::move(m)};
}
inline Status not_found(std::string m) {
    return {StatusCode::not_found, std::move(m)};
}
inline Status io_error(std::string m) {
    return {StatusCode::io, std::move(m)};
}
inline Status corrupt(std::string m) {
    return {StatusCode::corrupt, std::move(m)};
}
inline Status unsupported(std::string m) {
    return {StatusCode::unsupported, std::move(m)};
}
inline Status out_of_memory(std::string m) {
    return {StatusCode::out_of_memory, std::move(m)};
}
inline Status limit_reached(std::string m) {
    return {StatusCode::limit, std::move(m)};
}
inline Status aborted(std::string m) {
    return {StatusCode::aborted, std::move(m)};
}
inline Status internal_error(std::string m) {
    return {StatusCode::internal, std::move(m)};
}

/// A T or the Status that says why there is none. value() may be called only when ok().
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
    Result(Status status) : v_(std::in_place_index<1>, std::move(status)) {}

    bool ok() const { return v_.index() == 0; }
    T& value() { return *std::get_if<0>(&v_); }
    const T& value() const { return *std::get_if<0>(&v_); }
    Status status() const { return ok() ? Status() : *std::get_if<1>(&v_); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }

  private:
    std::variant<T, Status> v_;
};

}  // namespace gosset

#define GOSSET_CONCAT_(a, b) a##b
#define GOSSET_CONCAT(a, b) GOSSET_CONCAT_(a, b)

/// Returns from the enclosing function when the Status expression is not ok.
#define GOSSET_TRY(expr)                                       \
    do {                                                       \
        ::gosset::Status gosset_try_status = (expr);           \
        if (!gosset_try_status.ok()) return gosset_try_status; \
    } while (0)

/// GOSSET_ASSIGN(auto x, f()): x is f()'s value, or the enclosing function returns its Status.
#define GOSSET_ASSIGN_(tmp, decl, expr) \
    auto tmp = (expr);                  \
    if (!tmp.ok()) return tmp.status(); \
    decl = std::move(tmp.value())
#define GOSSET_ASSIGN(decl, expr) \
    GOSSET_ASSIGN_(GOSSET_CONCAT(gosset_result_, __LINE__), decl, expr)
