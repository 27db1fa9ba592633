# Run by the package's installation: manual pages and completion, by the program itself; licences; run paths.
set(_root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
set(_man "${_root}/share/man/man1")
execute_process(COMMAND "${ADREP_PROGRAM}" man "${_man}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB _pages "${_man}/*.1")
execute_process(COMMAND gzip -9nf ${_pages} COMMAND_ERROR_IS_FATAL ANY)
file(MAKE_DIRECTORY "${_root}/share/bash-completion/completions")
execute_process(COMMAND "${ADREP_PROGRAM}" completion bash OUTPUT_FILE "${_root}/share/bash-completion/completions/adrep"
  COMMAND_ERROR_IS_FATAL ANY)
# Debian's form of a licence text, with those of what is compiled in
set(_copyright "adrep: Apache-2.0, see /usr/share/common-licenses/Apache-2.0\n\nCompiled in from Debian's packages:\n")
foreach(_package libcli11-dev libeigen3-dev libfaiss-dev libfmt-dev libspdlog-dev nlohmann-json3-dev)
  file(READ "/usr/share/doc/${_package}/copyright" _text)
  string(APPEND _copyright "\n==== ${_package} ====\n${_text}")
endforeach()
file(WRITE "${_root}/share/doc/adrep/copyright" "${_copyright}")
foreach(_file adrep "libadrep.so.0")
  file(RPATH_SET FILE "${_root}/lib/adrep/${_file}" NEW_RPATH "${ADREP_RUN_PATH}")
endforeach()
