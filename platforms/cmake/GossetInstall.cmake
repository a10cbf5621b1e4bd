# What `cmake --install` puts where: the library with its headers, CMake and pkg-config files; the
# command with its manual page and completions. No file holds the prefix, so a tree can be moved.
include(CMakePackageConfigHelpers)

set(products gosset_static)
if(TARGET gosset_shared)
    list(APPEND products gosset_shared)
endif()
set(cmake_files ${CMAKE_INSTALL_LIBDIR}/cmake/gosset)
install(TARGETS ${products} EXPORT gosset)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "gosset.h" PATTERN "gosset.hpp")
install(EXPORT gosset NAMESPACE gosset:: DESTINATION ${cmake_files} FILE gosset-targets.cmake)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gosset-config.cmake.in
    ${PROJECT_BINARY_DIR}/install/gosset-config.cmake INSTALL_DESTINATION ${cmake_files}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/gosset-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/install/gosset-config.cmake
              ${PROJECT_BINARY_DIR}/install/gosset-config-version.cmake DESTINATION ${cmake_files})

set(pc_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix /prefix/${pc_folder} /prefix)
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
list(TRANSFORM gosset_system_libraries PREPEND -l OUTPUT_VARIABLE pc_private)
list(JOIN pc_private " " pc_private)
configure_file(${CMAKE_CURRENT_LIST_DIR}/gosset.pc.in ${PROJECT_BINARY_DIR}/install/gosset.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/install/gosset.pc DESTINATION ${pc_folder})

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/platforms/package/copyright
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET gosset_cli)
    set(manual ${PROJECT_SOURCE_DIR}/tools/manual)
    install(TARGETS gosset_cli)
    install(FILES ${manual}/gosset.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${manual}/gosset.bash RENAME gosset
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES ${manual}/gosset.zsh RENAME _gosset
            DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${manual}/gosset.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
