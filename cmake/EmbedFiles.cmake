# The layouts of tables, the paper's numbers and the demo's settings, as texts in the program (benchmarks/layouts/embedded_files.h).
file(GLOB ADREP_EMBEDDED RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/configs/layouts/*.yaml" "${PROJECT_SOURCE_DIR}/results/paper/*.csv"
  "${PROJECT_SOURCE_DIR}/configs/demo.yaml")
set(_text "#include \"benchmarks/layouts/embedded_files.h\"\n\nnamespace adrep {\n\nstd::span<const EmbeddedFile> embedded_files() {\n  static constexpr EmbeddedFile files[] = {\n")
foreach(_name IN LISTS ADREP_EMBEDDED)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${_name}")
  file(READ "${PROJECT_SOURCE_DIR}/${_name}" _content)
  string(APPEND _text "    {\"${_name}\", R\"embedded(${_content})embedded\"},\n")
endforeach()
string(APPEND _text "  };\n  return files;\n}\n\n}  // namespace adrep\n")
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/embedded_files.cpp" CONTENT "${_text}" @ONLY)
target_sources(adrep_benchmarks PRIVATE "${PROJECT_BINARY_DIR}/generated/embedded_files.cpp")
