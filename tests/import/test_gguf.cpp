// The GGUF container: what is read, and every way in which a file can be wrong.
#include <functional>

#include "tests/import/gguf_writer.hpp"
#include "tests/support/support.hpp"
#include "tools/import/gguf.hpp"

namespace gosset {
namespace {

using test::GgufWriter;

Result<GgufFile> parse(const std::string& bytes) {
    return GgufFile::parse({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}
template <class T>
std::string raw(T v) {
    return GgufWriter::raw(v);
}

TEST_CASE("values and tensors are read as written") {
    for (const uint32_t version : {2u, 3u}) {
        for (const uint32_t alignment : {32u, 8u, 1u, 4096u}) {
            GgufWriter w;
            w.version = version, w.alignment = alignment;
            if (alignment != 32) w.u32("general.alignment", alignment);
            w.key("small", 0, raw<uint8_t>(200));
            w.key("negative", 5, raw<int32_t>(-2));
            w.key("wide", 10, raw<uint64_t>(7));
            w.key("huge", 10, raw<uint64_t>(1ull << 40));
            w.key("double", 12, raw<double>(0.5));
            w.boolean("flag", true);
            w.string("text", "hello");
            w.strings("list", {"a", "", "ccc"});
            w.key("ints", 9,
                  raw<uint32_t>(5) + raw<uint64_t>(2) + raw<int32_t>(-1) + raw<int32_t>(3));
            w.key("empty", 9, raw<uint32_t>(6) + raw<uint64_t>(0));
            w.tensor("vector", {3}, 0, test::floats({1, 2, 3}));
            w.tensor("matrix", {32, 2}, 8, std::string(68, '\1'));
            const std::string bytes = w.bytes();
            const Result<GgufFile> f = parse(bytes);
            REQUIRE_OK(f);
            CHECK(f->version() == version);

            uint32_t n = 0;
            CHECK_OK(f->read("small", &n));
            CHECK(n == 200);
            CHECK_OK(f->read("wide", &n));
            CHECK(n == 7);
            CHECK_OK(f->read("absent", &n));
            CHECK(n == 7);
            CHECK_FALSE(f->read("negative", &n).ok());
            CHECK_FALSE(f->read("huge", &n).ok());
            CHECK_FALSE(f->read("text", &n).ok());
            CHECK_FALSE(f->read("list", &n).ok());
            CHECK(n == 7);
            float x = 0;
            CHECK_OK(f->read("double", &x));
            CHECK(x == 0.5f);
            CHECK_FALSE(f->read("flag", &x).ok());
            std::vector<std::string_view> list;
            CHECK_OK(f->read("list", &list));
            CHECK(list == std::vector<std::string_view>{"a", "", "ccc"});
            std::vector<int32_t> ints;
            CHECK_OK(f->read("ints", &ints));
            CHECK(ints == std::vector<int32_t>{-1, 3});
            CHECK_FALSE(f->read("list", &ints).ok());
            std::vector<float> reals = {1};
            CHECK_OK(f->read("empty", &reals));
            CHECK(reals.empty());
            CHECK_FALSE(f->read("ints", &reals).ok());

            const GgufTensor* t = f->tensor("matrix");
            REQUIRE(t);
            CHECK(t->shape == std::vector<uint64_t>{2, 32});
            CHECK(std::string(t->type->name) == "Q8_0");
            CHECK(t->data.size() == 68);
            CHECK(t->data[67] == 1);
            CHECK(f->tensor("nothing") == nullptr);
        }
    }
}

struct Broken {
    std::string what;
    std::string bytes;
    const char* message;
};

std::string with(const std::function<void(GgufWriter*)>& change) {
    GgufWriter w;
    change(&w);
    return w.bytes();
}

std::vector<Broken> broken_files() {
    const std::string one = test::floats({1});
    std::string big_endian = GgufWriter().bytes();
    std::swap(big_endian[4], big_endian[7]);
    GgufWriter counted;
    counted.u32("a", 1);
    GgufWriter long_key;
    long_key.alignment = 8;
    long_key.data(raw(1ull << 63) + std::string(64, '\0'));
    return {
        {"empty", "", "ends inside"},
        {"magic", "GGML" + std::string(60, '\0'), "magic"},
        {"version 1", with([](auto* w) { w->version = 1; }), "version 1"},
        {"version 4", with([](auto* w) { w->version = 4; }), "version 4"},
        {"big-endian", big_endian, "big-endian"},
        {"2^62 keys", counted.bytes(0, 1ull << 62), "more than the file"},
        {"2^62 tensors", counted.bytes(1ull << 62, 1), "more than the file"},
        {"key of 2^63 bytes", long_key.bytes(0, 1), "ends inside"},
        {"value type", with([](auto* w) { w->key("k", 13, raw<uint64_t>(0)); }), "unknown type 13"},
        {"array of type 77", with([](auto* w) { w->key("k", 9, raw(77u) + raw<uint64_t>(1)); }),
         "element type 77"},
        {"nested array", with([](auto* w) { w->key("k", 9, raw(9u) + raw<uint64_t>(1)); }),
         "array of arrays"},
        {"array of 2^61",
         with([](auto* w) { w->key("k", 9, raw(10u) + raw<uint64_t>(1ull << 61)); }),
         "ends inside"},
        {"array of 2^60 strings",
         with([](auto* w) { w->key("k", 9, raw(8u) + raw<uint64_t>(1ull << 60)); }), "ends inside"},
        {"string of 2^64-1", with([](auto* w) { w->key("k", 8, raw<uint64_t>(UINT64_MAX)); }),
         "ends inside"},
        {"bool of 2", with([](auto* w) { w->key("k", 7, raw<uint8_t>(2)); }), "bool"},
        {"twice the key", with([](auto* w) {
             w->u32("k", 1);
             w->u32("k", 1);
         }),
         "twice"},
        {"twice the tensor", with([&](auto* w) {
             w->tensor("t", {1}, 0, one);
             w->tensor("t", {1}, 0, one);
         }),
         "two tensors"},
        {"0 dimensions", with([&](auto* w) { w->tensor("t", {}, 0, one); }), "0 dimensions"},
        {"5 dimensions", with([&](auto* w) {
             w->tensor("t", {1, 1, 1, 1, 1}, 0, one);
         }),
         "5 dimensions"},
        {"a dimension of 0", with([&](auto* w) {
             w->tensor("t", {4, 0}, 0, one);
         }),
         "dimension of 0"},
        {"a product of 2^64", with([&](auto* w) {
             w->tensor("t", {1ull << 32, 1ull << 32}, 0, one);
         }),
         "dimension of"},
        {"2^62 floats", with([&](auto* w) { w->tensor("t", {1ull << 62}, 0, one); }),
         "larger than the file"},
        {"unknown ggml type", with([&](auto* w) { w->tensor("t", {1}, 99, one); }), "ggml type 99"},
        {"removed ggml type", with([&](auto* w) { w->tensor("t", {32}, 4, one); }), "ggml type 4"},
        {"half a block", with([&](auto* w) { w->tensor("t", {33}, 8, std::string(68, 0)); }),
         "whole number"},
        {"past the end", with([&](auto* w) {
             w->tensor_at("t", {1}, 0, 32);
             w->data(one);
         }),
         "past the end"},
        {"offset of 2^64-32", with([&](auto* w) {
             w->tensor_at("t", {1}, 0, UINT64_MAX - 31);
             w->data(one);
         }),
         "past the end"},
        {"unaligned", with([&](auto* w) {
             w->tensor_at("t", {1}, 0, 4);
             w->data(one + one);
         }),
         "alignment"},
        {"overlap", with([&](auto* w) {
             w->tensor("t", {1}, 0, one);
             w->tensor_at("u", {1}, 0, 0);
         }),
         "overlap"},
        {"alignment 0", with([&](auto* w) { w->u32("general.alignment", 0); }), "power of two"},
        {"alignment 48", with([&](auto* w) { w->u32("general.alignment", 48); }), "power of two"},
        {"alignment text", with([&](auto* w) { w->string("general.alignment", "x"); }),
         "general.alignment"},
    };
}

TEST_CASE("a file that contradicts itself is refused, with the reason") {
    for (const Broken& b : broken_files()) {
        CAPTURE(b.what);
        const Result<GgufFile> f = parse(b.bytes);
        REQUIRE_FALSE(f.ok());
        INFO(f.status().message());
        CHECK(f.status().message().find(b.message) != std::string::npos);
    }
}

TEST_CASE("rows that are no whole number of blocks are refused, by the name of the tensor") {
    int checked = 0;
    for (uint32_t id = 0; id < 64; id++) {
        const GgmlType* type = find_ggml_type(id);
        if (!type || type->length == 1) continue;
        const uint64_t n = type->length;
        const std::string name = type->name;
        CAPTURE(name);
        const auto rows_of = [&](uint64_t cols, uint64_t rows) {
            const uint64_t blocks = cols * rows / n + 1;
            return parse(with([&](auto* w) {
                w->tensor("odd", {cols, rows}, id, std::string(blocks * type->bytes, 0));
            }));
        };
        CHECK_OK(rows_of(n, 2));
        CHECK_OK(rows_of(3 * n, 1));
        for (const uint64_t cols : {n - 1, n + 1, n / 2, 2 * n - n / 4}) {
            // Rows of half a block: the tensor as a whole would come out even.
            const Status bad = rows_of(cols, 4).status();
            REQUIRE_FALSE(bad.ok());
            CHECK(bad.message() == "GGUF: tensor 'odd': rows of " + std::to_string(cols) +
                                       " are no whole number of " + name + " blocks, which hold " +
                                       std::to_string(n) + " weights each");
        }
        checked++;
    }
    CHECK(checked > 12);
}

TEST_CASE("names out of a file are printable in messages") {
    GgufWriter w;
    w.u32("a\033[31m\n\xff" + std::string(500, 'x'), 1);
    w.u32("a\033[31m\n\xff" + std::string(500, 'x'), 1);
    const std::string bytes = w.bytes();
    const std::string message = parse(bytes).status().message();
    CHECK(message.size() < 200);
    for (const char c : message) CHECK((c >= 0x20 && c < 0x7f));
}

TEST_CASE("every truncation is refused") {
    GgufWriter w;
    w.string("text", "hello");
    w.strings("list", {"a", "bb"});
    w.tensor("t", {32, 2}, 8, std::string(68, '\1'));
    const std::string whole = w.bytes();
    REQUIRE_OK(parse(whole));
    for (size_t n = 0; n < whole.size(); n++) {
        const std::string cut = whole.substr(0, n);
        CHECK_FALSE(parse(cut).ok());
    }
}

}  // namespace
}  // namespace gosset
