# The version is written once more where programs see it; the two must agree. GOSSET_ABI_VERSION is the
# shared library's.
file(STRINGS ${PROJECT_SOURCE_DIR}/runtime/include/gosset/gosset.h lines
     REGEX "^#define GOSSET_(VERSION_(MAJOR|MINOR|PATCH)|ABI_VERSION) ")
set(version)
foreach(line IN LISTS lines)
    string(REGEX MATCH "([A-Z_]+) ([0-9]+)" match "${line}")
    if(CMAKE_MATCH_1 STREQUAL GOSSET_ABI_VERSION)
        set(GOSSET_ABI_VERSION ${CMAKE_MATCH_2})
    else()
        list(APPEND version ${CMAKE_MATCH_2})
    endif()
endforeach()
list(JOIN version . version)
if(NOT version STREQUAL PROJECT_VERSION)
    message(FATAL_ERROR "gosset.h says version ${version}, CMakeLists.txt ${PROJECT_VERSION}")
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS runtime/include/gosset/gosset.h)
