# cmake --install puts the library, its headers, the program and find_package(adrep) in place.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(ADREP_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/adrep")
set_target_properties(adrep PROPERTIES INSTALL_RPATH "$ORIGIN;${LibTorch_ROOT_DIR}/lib")
set_target_properties(adrep_program PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR};${LibTorch_ROOT_DIR}/lib")
target_include_directories(adrep_dependencies INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/adrep>")

# adrep::c: the C interface, without the C++ headers and what they need
add_library(adrep_c INTERFACE)
set_target_properties(adrep_c PROPERTIES EXPORT_NAME c)
target_include_directories(adrep_c INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(adrep_c INTERFACE "$<LINK_ONLY:adrep>")

install(TARGETS adrep adrep_dependencies adrep_c EXPORT adrepTargets)
install(FILES "${PROJECT_SOURCE_DIR}/bindings/c/adrep.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS adrep_program)
if(TARGET adrep_nccl)
  install(TARGETS adrep_nccl LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}") # where adrep looks for it: beside libadrep.so
endif()
foreach(folder core datasets detectors benchmarks)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/adrep" FILES_MATCHING PATTERN "*.h")
endforeach()
install(EXPORT adrepTargets NAMESPACE adrep:: DESTINATION "${ADREP_CMAKE_DIR}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/adrepConfig.cmake.in" "${PROJECT_BINARY_DIR}/adrepConfig.cmake"
  INSTALL_DESTINATION "${ADREP_CMAKE_DIR}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/adrepConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/adrepConfig.cmake" "${PROJECT_BINARY_DIR}/adrepConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindLibTorch.cmake" DESTINATION "${ADREP_CMAKE_DIR}")
