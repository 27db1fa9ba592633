# Libraries adrep stands on; adrep_dependencies is what a user of its headers needs too.
find_package(LibTorch REQUIRED)
if(LibTorch_VERSION VERSION_LESS 2.8)
  message(FATAL_ERROR "LibTorch ${LibTorch_VERSION} in ${LibTorch_ROOT_DIR} is too old, adrep needs 2.8 or newer: run scripts/setup.sh, or set LIBTORCH_ROOT to your own")
endif()
message(STATUS "LibTorch ${LibTorch_VERSION} in ${LibTorch_ROOT_DIR}")

find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF REQUIRED)
# libwebp-dev has no CMake package
find_path(ADREP_WEBP_INCLUDE webp/decode.h REQUIRED)
find_library(ADREP_WEBP webp REQUIRED)
# libopenjp2-7-dev's CMake package asks for programs of another Debian package
find_path(ADREP_OPENJPEG_INCLUDE openjpeg.h PATH_SUFFIXES openjpeg-2.5 openjpeg-2.4 REQUIRED)
find_library(ADREP_OPENJPEG openjp2 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(Threads REQUIRED)
# Debian's OpenCVConfig.cmake comes only with the very large libopencv-dev, so the two libraries are named here.
find_path(ADREP_OPENCV_INCLUDE opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(ADREP_OPENCV_CORE opencv_core REQUIRED)
find_library(ADREP_OPENCV_IMGPROC opencv_imgproc REQUIRED)

# Optional: FAISS, for references.index=faiss_flat and patchcore.index. Debian's library is static, and libfaiss-dev brings
# the LAPACK: LibTorch has the BLAS but lacks three routines.
find_path(ADREP_FAISS_INCLUDE faiss/IndexFlat.h)
find_library(ADREP_FAISS faiss)
find_library(ADREP_LAPACK lapack)

# Optional: GDCM's copies of the Independent JPEG Group's library, one for each width of samples, for JPEG of 12 bits and
# without loss, which libjpeg-turbo 2.1 lacks.
find_path(ADREP_GDCM_INCLUDE gdcm-3.0/gdcmjpeg/16/jpeglib.h)
find_library(ADREP_GDCM_JPEG12 gdcmjpeg12)
find_library(ADREP_GDCM_JPEG16 gdcmjpeg16)

add_library(adrep_dependencies INTERFACE)
target_include_directories(adrep_dependencies INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>")
target_compile_features(adrep_dependencies INTERFACE cxx_std_20)
target_link_libraries(adrep_dependencies INTERFACE LibTorch::LibTorch fmt::fmt nlohmann_json::nlohmann_json)
target_include_directories(adrep_build_flags SYSTEM INTERFACE "${ADREP_OPENCV_INCLUDE}" "${ADREP_WEBP_INCLUDE}"
  "${ADREP_OPENJPEG_INCLUDE}")
target_link_libraries(adrep_build_flags INTERFACE spdlog::spdlog yaml-cpp OpenSSL::Crypto JPEG::JPEG PNG::PNG TIFF::TIFF
  "${ADREP_WEBP}" "${ADREP_OPENJPEG}"
  ZLIB::ZLIB ICU::uc Threads::Threads "${ADREP_OPENCV_CORE}" "${ADREP_OPENCV_IMGPROC}" Eigen3::Eigen)
if(ADREP_GDCM_INCLUDE AND ADREP_GDCM_JPEG12 AND ADREP_GDCM_JPEG16)
  set(wide_jpeg_sources core/image/wide_jpeg.cpp core/image/wide_jpeg_12.cpp core/image/wide_jpeg_16.cpp)
  # headers that clash with libjpeg-turbo's: each file is compiled alone
  set_source_files_properties(${wide_jpeg_sources} PROPERTIES COMPILE_DEFINITIONS ADREP_WIDE_JPEG
    SKIP_UNITY_BUILD_INCLUSION ON)
  # /usr/include is looked in anyway, and named before the compiler's own folders it hides <math.h> from <cmath>
  if(NOT ADREP_GDCM_INCLUDE IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    set_source_files_properties(${wide_jpeg_sources} PROPERTIES INCLUDE_DIRECTORIES "${ADREP_GDCM_INCLUDE}")
  endif()
  target_link_libraries(adrep_build_flags INTERFACE "${ADREP_GDCM_JPEG12}" "${ADREP_GDCM_JPEG16}")
endif()
# the size of the blocks that Eigen sums depends on its number of threads, and with it the last bits
target_compile_definitions(adrep_build_flags INTERFACE EIGEN_DONT_PARALLELIZE)
if(ADREP_FAISS_INCLUDE AND ADREP_FAISS AND ADREP_LAPACK)
  # here and not beside FAISS: it must come after LibTorch, which calls the routines of whichever library is loaded first
  target_link_libraries(adrep_build_flags INTERFACE "${ADREP_LAPACK}")
endif()

find_package(Git QUIET)
set(ADREP_BUILD_INFO "${PROJECT_BINARY_DIR}/generated/adrep_build_info.h")
add_custom_target(adrep_build_info BYPRODUCTS "${ADREP_BUILD_INFO}" COMMAND "${CMAKE_COMMAND}"
  "-DGIT_EXECUTABLE=${GIT_EXECUTABLE}" "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}" "-DBUILD_INFO=${ADREP_BUILD_INFO}"
  "-DPROJECT_VERSION=${PROJECT_VERSION}" "-DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}"
  -P "${PROJECT_SOURCE_DIR}/cmake/WriteBuildInfo.cmake" COMMENT "Looking up the revision" VERBATIM)
