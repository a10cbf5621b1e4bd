// The safetensors container: what is read, and every way in which a file can be wrong.
#include "tests/import/gguf_writer.hpp"
#include "tests/import/safetensors_writer.hpp"
#include "tests/support/support.hpp"
#include "tools/import/safetensors.hpp"
#include "tools/import/safetensors_source.hpp"

namespace gosset {
namespace {

using test::floats;
using test::safetensors;

Result<SafetensorsFile> parse(const std::string& bytes) {
    return SafetensorsFile::parse({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}
/// One tensor "t" of these words of JSON, over `size` bytes of data.
std::string one(const std::string& fields, size_t size) {
    return safetensors("{\"t\":{" + fields + "}}", std::string(size, '\0'));
}

TEST_CASE("tensors are read as written") {
    test::SafetensorsWriter w;
    w.tensor("b", "F32", {2, 2}, floats({1, 2, 3, 4}));
    w.tensor("a", "BF16", {3}, std::string("\x80\x3f\x00\x40\x40\x40", 6));
    w.tensor("flags", "BOOL", {2}, "\1\1");
    const std::string bytes = w.bytes();
    const Result<SafetensorsFile> f = parse(bytes);
    REQUIRE_OK(f);
    REQUIRE(f->tensors().size() == 3);
    CHECK(f->tensors()[0].name == "b");
    CHECK(f->tensors()[0].shape == std::vector<uint64_t>{2, 2});
    CHECK(f->tensors()[0].readable == ElementType::f32);
    CHECK(f->tensors()[1].readable == ElementType::bf16);
    CHECK(f->tensors()[1].data.size() == 6);
    CHECK_FALSE(f->tensors()[2].readable);
    CHECK_OK(parse(safetensors("{\"__metadata__\":{\"format\":\"pt\"}}      ", "")));
    CHECK_OK(parse(one(R"("shape":[],"data_offsets":[0,4],"dtype":"F32")", 4)));
}

TEST_CASE("a file that contradicts itself is refused, with the reason") {
    const std::string good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
    REQUIRE_OK(parse(one(good, 8)));
    const struct {
        std::string bytes, message;
    } cases[] = {
        {"", "too short"},
        {"1234567", "too short"},
        {std::string(8, '\xff') + "{}", "header of 18446744073709551615 bytes"},
        {safetensors("{}", "").substr(0, 9), "header of 2 bytes"},
        {safetensors("", ""), "'{'"},
        {safetensors("[]", ""), "'{'"},
        {safetensors("{", ""), "malformed"},
        {safetensors("{} x", ""), "malformed"},
        {safetensors("{\"t\":1}", ""), "number"},
        {safetensors("{\"t\":[]}", ""), "array"},
        {safetensors("{\"t\":null}", ""), "null"},
        {safetensors("{\"t\":{}}", ""), "lacks"},
        {safetensors("{\"t\":{" + good + "},\"t\":{" + good + "}}", std::string(8, 0)),
         "appears twice"},
        {safetensors("{\"__metadata__\":{\"a\":[]}}", ""), "array"},
        {safetensors("{\"__metadata__\":{\"a\":{}}}", ""), "object"},
        {one(R"("dtype":"F32","shape":[2])", 8), "lacks"},
        {one(good + R"(,"dtype":"F16")", 8), "twice"},
        {one(good + R"(,"extra":"F16")", 8), "'extra'"},
        {one(R"("dtype":"Q4","shape":[2],"data_offsets":[0,8])", 8), "'Q4'"},
        {one(R"("dtype":4,"shape":[2],"data_offsets":[0,8])", 8), "number"},
        {one(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])", 8), "negative"},
        {one(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])", 8), "whole"},
        {one(R"("dtype":"F32","shape":[[2]],"data_offsets":[0,8])", 8), "array"},
        {one(R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8])", 8),
         "more than 8"},
        {one(R"("dtype":"F32","shape":[2],"data_offsets":[0])", 8), "two data_offsets"},
        {one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8,8])", 8), "two data_offsets"},
        {one(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])", 8), "takes 8 bytes"},
        {one(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])", 8), "takes 12 bytes"},
        {one(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])", 8),
         "overflows"},
        {one(R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0])", 8),
         "overflows"},
        {one(R"("dtype":"F32","shape":[2],"data_offsets":[4,12])", 12), "begins at 4"},
        {one(good, 7), "past the end"},
        {one(good, 9), "belong to none"},
        {safetensors(
             "{\"t\":{" + good + R"(},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
             std::string(8, 0)),
         "'u' begins at 4"},
        {safetensors(
             "{\"t\":{" + good + R"(},"u":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}})",
             std::string(16, 0)),
         "'u' begins at 12"},
        {safetensors(
             "{\"t\":{" + good + R"(},"u":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})",
             std::string(8, 0)),
         "'u' begins at 4"},
    };
    for (const auto& c : cases) {
        INFO(c.bytes.substr(c.bytes.size() < 8 ? 0 : 8));
        const Result<SafetensorsFile> f = parse(c.bytes);
        REQUIRE_FALSE(f.ok());
        INFO(f.status().message());
        CHECK(f.status().message().find(c.message) != std::string::npos);
    }
}

TEST_CASE("every truncation is refused") {
    test::SafetensorsWriter w;
    w.tensor("b", "F32", {2, 2}, floats({1, 2, 3, 4}));
    w.tensor("a", "F16", {3}, "abcdef");
    const std::string whole = w.bytes();
    for (size_t n = 0; n < whole.size(); n++) {
        const std::string cut = whole.substr(0, n);
        CHECK_FALSE(parse(cut).ok());
    }
}

TEST_CASE("named matrices without a configuration are a source") {
    test::SafetensorsWriter w;
    w.tensor("gauss", "F32", {2, 3}, floats({1, 2, 3, 4, 5, 6}));
    w.tensor("bias", "F16", {2}, std::string("\x00\x3c\x00\xc0", 4));
    const std::string bytes = w.bytes();
    const auto view = std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    const auto source = open_safetensors_tensors(SourceBytes::borrow(view));
    REQUIRE_OK(source);
    CHECK((*source)->config().architecture == "none");
    CHECK((*source)->tokenizer().traits.kind == TokenizerKind::none);
    REQUIRE((*source)->tensors().size() == 2);
    const SourceTensor& gauss = (*source)->tensors()[1];
    CHECK(gauss.name == "gauss");
    CHECK(gauss.role == Role::other);
    CHECK(gauss.layer == -1);
    std::vector<float> out(3);
    CHECK_OK((*source)->read_rows(1, 1, 1, out.data()));
    CHECK(out == std::vector<float>{4, 5, 6});
    out.resize(2);
    CHECK_OK((*source)->read_rows(0, 0, 1, out.data()));
    CHECK(out == std::vector<float>{1, -2});
    for (const std::string& bad :
         {one(R"("dtype":"F32","shape":[],"data_offsets":[0,4])", 4),
          one(R"("dtype":"F32","shape":[1,1,1],"data_offsets":[0,4])", 4),
          one(R"("dtype":"F32","shape":[0,4],"data_offsets":[0,0])", 0),
          one(R"("dtype":"I32","shape":[1],"data_offsets":[0,4])", 4), safetensors("{}", "")}) {
        const auto v = std::span(reinterpret_cast<const uint8_t*>(bad.data()), bad.size());
        CHECK_FALSE(open_safetensors_tensors(SourceBytes::borrow(v)).ok());
    }
}

}  // namespace
}  // namespace gosset
