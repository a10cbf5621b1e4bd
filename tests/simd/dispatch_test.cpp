// Choosing a tier: the default, a forced one, and every way to ask for one that cannot be had.
#include "simd/dispatch.hpp"

#include <cstdlib>
#include <cstring>

#include "simd/encoder.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace {

/// Sets GOSSET_ISA for a scope.
struct IsaEnv {
    explicit IsaEnv(const char* value) {
        if (const char* old = std::getenv("GOSSET_ISA")) old_ = old, had_ = true;
        setenv("GOSSET_ISA", value, 1);
    }
    ~IsaEnv() {
        if (had_) setenv("GOSSET_ISA", old_.c_str(), 1);
        if (!had_) unsetenv("GOSSET_ISA");
    }
    std::string old_;
    bool had_ = false;
};

}  // namespace

TEST_CASE("tiers of this machine") {
    REQUIRE(!supported_isas().empty());
    CHECK(std::string(isa_name(*supported_isas().front())) == "scalar");
    CHECK(supported_isas().size() <= built_isas().size());
    const IsaEnv env("");  // empty counts as unset
    const auto best = select_isa();
    REQUIRE_OK(best);
    CHECK(*best == supported_isas().back());
    MESSAGE("best tier here: " << std::string(isa_name(**best)));
}

TEST_CASE("every tier can be asked for, by argument and by GOSSET_ISA") {
    for (const Isa* isa : supported_isas()) {
        const auto by_name = select_isa(isa_name(*isa));
        REQUIRE_OK(by_name);
        CHECK(*by_name == isa);
        const IsaEnv env(isa_name(*isa));
        const auto by_env = select_isa();
        REQUIRE_OK(by_env);
        CHECK(*by_env == isa);
        const auto argument_wins = select_isa("scalar");
        REQUIRE_OK(argument_wins);
        CHECK(*argument_wins == supported_isas().front());
    }
}

TEST_CASE("an unknown name is an error that lists what can run") {
    for (const char* bad : {"avx", "AVX2", "avx2 ", "avx512f", "reference", "auto", "1"}) {
        const auto by_name = select_isa(bad);
        REQUIRE(!by_name.ok());
        CHECK(by_name.status().code() == StatusCode::invalid_argument);
        const IsaEnv env(bad);
        const auto by_env = select_isa();
        REQUIRE(!by_env.ok());
        const std::string message = by_env.status().message();
        CHECK(message.find("GOSSET_ISA='" + std::string(bad) + "'") != std::string::npos);
        for (const Isa* isa : supported_isas())
            CHECK(message.find(isa_name(*isa)) != std::string::npos);
    }
}

TEST_CASE("a tier that is built but cannot run here is refused, never replaced") {
    for (const char* name : built_isas()) {
        bool supported = false;
        for (const Isa* isa : supported_isas()) supported |= !std::strcmp(name, isa_name(*isa));
        const auto chosen = select_isa(name);
        CHECK(chosen.ok() == supported);
        if (!supported) CHECK(chosen.status().code() == StatusCode::unsupported);
    }
}

TEST_CASE("names find their codecs, and only they") {
    CHECK(find_codec("", 0) == nullptr);
    CHECK(find_codec("no such codec", 13) == nullptr);
    for (const Codec* c : all_codecs()) {
        CHECK(find_codec(c->name, std::strlen(c->name)) == c);
        CHECK(find_codec(c->name, std::strlen(c->name) - 1) != c);
        CHECK(find_encoder(*c) != nullptr);
        for (const Isa* isa : supported_isas()) {
            const CodecKernels& k = codec_kernels(*isa, *c);
            CHECK(bool(k.gemv));
            CHECK(bool(k.gemm));
            CHECK(bool(k.decode_row));
            CHECK(bool(k.extend) == (c->act_ext_bytes != 0));
        }
    }
}
