/// FlatBuffers and the code generated from model.fbs, as every file of format/ includes them: with
/// asserts that never abort (the Verifier and our checks return errors instead) and in a namespace
/// of our own. An app that links another release of FlatBuffers, or one with aborting asserts,
/// would otherwise share these inline functions with us, and the linker would pick one set.
/// Private to format/: no other folder includes it.
#pragma once

#ifdef FLATBUFFERS_ASSERT
#error "format/flatbuffers.hpp must come before any FlatBuffers header"
#endif
#define FLATBUFFERS_ASSERT(condition) (static_cast<void>(0))
#define flatbuffers gosset_flatbuffers
#include "model_generated.h"
#undef flatbuffers

namespace gosset {
namespace flat = ::gosset_flatbuffers;
}  // namespace gosset
