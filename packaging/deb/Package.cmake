# cpack -G DEB: adrep_VERSION_amd64.deb, with the program, the library, manual pages, completion and licences; LibTorch,
# of which Debian has none of this version, is brought by the command adrep-get-libtorch.
set(_run_path "/usr/lib/adrep:/usr/lib/adrep/cache/libtorch/default/torch/lib")
set(_deb "${PROJECT_SOURCE_DIR}/packaging/deb")
set(_doc "share/doc/adrep")

# a run path can be replaced only by one that is no longer: the last one of the build makes room
set_property(TARGET adrep adrep_program APPEND PROPERTY BUILD_RPATH "${_run_path}")

# what Debian's package has in place of the files of a plain install: other run paths, and a launcher that says what is
# missing
install(PROGRAMS "${_deb}/adrep" "${_deb}/adrep-get-libtorch" DESTINATION bin COMPONENT deb EXCLUDE_FROM_ALL)
install(PROGRAMS "$<TARGET_FILE:adrep_program>" DESTINATION lib/adrep COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES "$<TARGET_FILE:adrep>" DESTINATION lib/adrep RENAME "libadrep.so.${PROJECT_VERSION_MAJOR}" COMPONENT deb
  EXCLUDE_FROM_ALL)
install(PROGRAMS "${PROJECT_SOURCE_DIR}/scripts/setup.sh" DESTINATION lib/adrep COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES "${PROJECT_SOURCE_DIR}/scripts/requirements-libtorch.txt" "${PROJECT_SOURCE_DIR}/scripts/requirements-weights.txt"
  "${PROJECT_SOURCE_DIR}/scripts/torch_requirements.py" DESTINATION lib/adrep COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${_doc}" COMPONENT deb
  EXCLUDE_FROM_ALL)
install(CODE "set(ADREP_PROGRAM \"$<TARGET_FILE:adrep_program>\")
set(ADREP_SOURCE \"${PROJECT_SOURCE_DIR}\")
set(ADREP_RUN_PATH \"${_run_path}\")
include(\"${_deb}/Generate.cmake\")" COMPONENT deb EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME adrep)
set(CPACK_PACKAGE_CONTACT "the maintainers of adrep <maintainers@adrep.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "anomaly detection by images of good parts, with exact metrics")
set(CPACK_PACKAGE_DESCRIPTION "adrep learns from photographs of good parts what normal looks like, says which new ones look
wrong and where, and compares anomaly detectors on the same images by exact and named metrics.
LibTorch is not in this package: run adrep-get-libtorch once.")
set(CPACK_COMPONENTS_ALL deb)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3, python3-pip, unzip, ca-certificates") # of adrep-get-libtorch
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${LibTorch_ROOT_DIR}/lib" "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${_deb}/postrm")
include(CPack)
