# FindLibTorch: LibTorch::LibTorch, CPU linking only, from a PyPI wheel's torch/ or the official zip's libtorch/.
#   LIBTORCH_ROOT (variable or environment): the folder that holds include/ and lib/, or its parent.
# Sets LibTorch_FOUND, LibTorch_VERSION, LibTorch_ROOT_DIR, LibTorch_CUDA_LIBRARY (empty when the build has none).
# Never calls Torch's own TorchConfig.cmake: for a CUDA build that demands nvcc and links libtorch_cuda.so.
# Without it: what scripts/setup.sh put into the user's cache.
set(_libtorch_default "$ENV{LIBTORCH_ROOT}")
if(NOT _libtorch_default)
  set(_cache "$ENV{ADREP_CACHE}")
  if(NOT _cache AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(_cache "$ENV{XDG_CACHE_HOME}/adrep")
  elseif(NOT _cache)
    set(_cache "$ENV{HOME}/.cache/adrep")
  endif()
  if(EXISTS "${_cache}/libtorch/default/torch")
    file(REAL_PATH "${_cache}/libtorch/default/torch" _libtorch_default)
  endif()
endif()
set(LIBTORCH_ROOT "${_libtorch_default}" CACHE PATH "folder with LibTorch's include/ and lib/ (torch/ of a wheel, libtorch/ of the zip)")
find_path(LibTorch_INCLUDE_DIR NAMES torch/csrc/api/include/torch/torch.h
  HINTS ${LIBTORCH_ROOT} PATH_SUFFIXES include torch/include libtorch/include)
get_filename_component(LibTorch_ROOT_DIR "${LibTorch_INCLUDE_DIR}/.." ABSOLUTE)
foreach(_n torch_cpu c10)
  find_library(LibTorch_${_n}_LIBRARY NAMES ${_n} HINTS ${LibTorch_ROOT_DIR}/lib NO_DEFAULT_PATH)
  mark_as_advanced(LibTorch_${_n}_LIBRARY)
endforeach()
find_library(LibTorch_CUDA_LIBRARY NAMES torch_cuda HINTS ${LibTorch_ROOT_DIR}/lib NO_DEFAULT_PATH)
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CUDA_LIBRARY)
# the version: the header moved once (2.9), so look in both places
foreach(_h torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(LibTorch_INCLUDE_DIR AND NOT LibTorch_VERSION AND EXISTS "${LibTorch_INCLUDE_DIR}/${_h}")
    file(STRINGS "${LibTorch_INCLUDE_DIR}/${_h}" _v REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    string(REGEX REPLACE "[^;0-9]+" "" _v "${_v}")
    string(REPLACE ";" "." LibTorch_VERSION "${_v}")
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_torch_cpu_LIBRARY LibTorch_c10_LIBRARY LibTorch_INCLUDE_DIR VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run scripts/setup.sh, or set LIBTORCH_ROOT to a wheel's torch/ or an unzipped libtorch/")
if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  set(_abi 1) # libstdc++'s ABI: what the build says of itself (zip: TorchConfig), else 1, the only one since 2.7
  if(EXISTS "${LibTorch_ROOT_DIR}/share/cmake/Torch/TorchConfig.cmake")
    file(STRINGS "${LibTorch_ROOT_DIR}/share/cmake/Torch/TorchConfig.cmake" _f REGEX "_GLIBCXX_USE_CXX11_ABI=0")
    if(_f)
      set(_abi 0)
    endif()
  endif()
  find_package(Threads REQUIRED)
  # LibTorch bundles the headers of another fmt than the system's: let the system's come first, or spdlog and libfmt.so do not fit
  set(_fmt_first "")
  if(EXISTS "${LibTorch_INCLUDE_DIR}/fmt/core.h" AND EXISTS "/usr/include/fmt/core.h")
    file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/system_fmt")
    file(CREATE_LINK "/usr/include/fmt" "${CMAKE_BINARY_DIR}/system_fmt/fmt" SYMBOLIC)
    set(_fmt_first "${CMAKE_BINARY_DIR}/system_fmt;")
  endif()
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION "${LibTorch_c10_LIBRARY}")
  add_library(LibTorch::LibTorch SHARED IMPORTED)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    IMPORTED_LOCATION "${LibTorch_torch_cpu_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${_fmt_first}${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_COMPILE_DEFINITIONS "_GLIBCXX_USE_CXX11_ABI=${_abi}"
    INTERFACE_LINK_LIBRARIES "LibTorch::c10;Threads::Threads;${CMAKE_DL_LIBS}")
  # headers since 2.13 or so need C++20; ask for 17 before that
  if(LibTorch_VERSION VERSION_LESS 2.11)
    target_compile_features(LibTorch::LibTorch INTERFACE cxx_std_17)
  else()
    target_compile_features(LibTorch::LibTorch INTERFACE cxx_std_20)
  endif()
endif()
