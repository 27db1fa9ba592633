# Build options and the flags that every file of adrep is compiled with.
option(ADREP_BUILD_TESTS "build the tests" ${PROJECT_IS_TOP_LEVEL})
option(ADREP_BUILD_TIMINGS "build adrep_timings, which compares speeds" OFF)
option(ADREP_BUILD_FUZZERS "build the fuzzers of tests/fuzz (clang only)" OFF)
option(ADREP_BUILD_PYTHON "build the Python module, for a wheel (scripts/build_wheel.sh)" OFF)
option(ADREP_WERROR "warnings are errors (on in CI)" OFF)
option(ADREP_UNITY "compile many files at once: a third of the time for a whole build, slower for a change (preset release; dev has it off)" OFF)
option(ADREP_USE_CCACHE "compile through ccache when it is installed" ON)
option(ADREP_USE_MOLD "link with mold when it is installed" ON)
set(ADREP_SANITIZE "" CACHE STRING "sanitizers, for example address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "build type" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

# Files of one folder are compiled together, so a name in an anonymous namespace stands once in a top folder.
set(CMAKE_UNITY_BUILD ${ADREP_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 24)

find_program(ADREP_CCACHE ccache)
if(ADREP_USE_CCACHE AND ADREP_CCACHE)
  # precompiled headers need these sloppiness settings to be cached
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${ADREP_CCACHE}")
endif()
find_program(ADREP_MOLD mold)
if(ADREP_USE_MOLD AND ADREP_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(adrep_build_flags INTERFACE)
target_compile_options(adrep_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  # GCC 12 sees overflows in std::string's own code that are not there (GCC bugs 105329, 105651)
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  -ffp-contract=off # the same arithmetic in every build of one machine
  -fopenmp # without it at::parallel_for runs every loop of ours on one thread
  -fpch-preprocess # lets ccache work with the precompiled header
  $<$<BOOL:${ADREP_WERROR}>:-Werror>)
if(ADREP_SANITIZE)
  target_compile_options(adrep_build_flags INTERFACE -fsanitize=${ADREP_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(adrep_build_flags INTERFACE -fsanitize=${ADREP_SANITIZE})
endif()
