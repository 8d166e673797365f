/*
 * Prints the layout of one CPython, from its own headers, as the JSON of a `Layout` (layout.ts).
 *
 *     cc -I ~/.pyenv/versions/3.11.7/include/python3.11 -o generate generate.c && ./generate
 *
 * headers.ts holds what it printed for 3.8 to 3.12; a test runs it against every interpreter that is installed. It is
 * never built for a user.
 */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <frameobject.h>
#include <opcode.h>
#include <stddef.h>
#include <stdio.h>

#if PY_VERSION_HEX >= 0x03090000
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#else
#include <internal/pycore_gil.h>
#include <internal/pycore_pystate.h>
#endif
#if PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#endif
#if PY_VERSION_HEX >= 0x030d0000
#include <internal/pycore_gil.h>
#endif

#define ABSENT (-1L)

#if PY_VERSION_HEX < 0x030b0000
/* The keys of a dict are private to Objects/ before 3.11: this follows the order of the fields there. */
struct keys {
  Py_ssize_t references, size;
  void *lookup;
  Py_ssize_t usable, entries;
  char indices[];
};
#endif

static const char *separator = "";

static void number(const char *name, long value) {
  printf("%s\"%s\":%ld", separator, name, value);
  separator = ",";
}

static void text(const char *name, const char *value) {
  printf("%s\"%s\":\"%s\"", separator, name, value);
  separator = ",";
}

static void begin(const char *name) {
  printf("%s\"%s\":{", separator, name);
  separator = "";
}

static void end(void) {
  printf("}");
  separator = ",";
}

#define FIELD(name, type, member) number(name, (long)offsetof(type, member))

static void states(void) {
  begin("runtime");
  FIELD("interpretersHead", _PyRuntimeState, interpreters.head);
#if PY_VERSION_HEX < 0x030c0000
  FIELD("gil", _PyRuntimeState, ceval.gil);
#else
  number("gil", ABSENT);
#endif
  end();

  begin("interpreter");
  FIELD("next", PyInterpreterState, next);
#if PY_VERSION_HEX < 0x030b0000
  FIELD("threadsHead", PyInterpreterState, tstate_head);
#else
  FIELD("threadsHead", PyInterpreterState, threads.head);
#endif
#if PY_VERSION_HEX < 0x030c0000
  number("gil", ABSENT);
  FIELD("modules", PyInterpreterState, modules);
#else
  FIELD("gil", PyInterpreterState, ceval.gil);
  FIELD("modules", PyInterpreterState, imports.modules);
#endif
  end();

  begin("gil");
  FIELD("lastHolder", struct _gil_runtime_state, last_holder);
  FIELD("locked", struct _gil_runtime_state, locked);
  number("size", sizeof(struct _gil_runtime_state));
  end();

  begin("thread");
  FIELD("next", PyThreadState, next);
  FIELD("interpreter", PyThreadState, interp);
  FIELD("threadId", PyThreadState, thread_id);
#if PY_VERSION_HEX < 0x030b0000
  number("nativeThreadId", ABSENT);
  FIELD("identity", PyThreadState, id);
#else
  FIELD("nativeThreadId", PyThreadState, native_thread_id);
  FIELD("identity", PyThreadState, native_thread_id);
#endif
  end();
}

static void frames(void) {
  begin("frames");
#if PY_VERSION_HEX < 0x030b0000
  text("kind", "heap");
  FIELD("top", PyThreadState, frame);
  FIELD("back", PyFrameObject, f_back);
  FIELD("code", PyFrameObject, f_code);
  FIELD("instruction", PyFrameObject, f_lasti);
#if PY_VERSION_HEX < 0x030a0000
  number("instructionBytes", 1);
  FIELD("state", PyFrameObject, f_executing);
  number("executing", 1);
#else
  number("instructionBytes", 2);
  FIELD("state", PyFrameObject, f_state);
  number("executing", FRAME_EXECUTING);
#endif
  FIELD("locals", PyFrameObject, f_localsplus);
  FIELD("stack", PyFrameObject, f_valuestack);
  FIELD("blockCount", PyFrameObject, f_iblock);
  FIELD("blocks", PyFrameObject, f_blockstack);
  number("blockBytes", sizeof(PyTryBlock));
  FIELD("blockLevel", PyTryBlock, b_level);
#else
  text("kind", "dataStack");
#if PY_VERSION_HEX < 0x030d0000
  FIELD("top", PyThreadState, cframe);
  FIELD("topInCFrame", _PyCFrame, current_frame);
#else
  FIELD("top", PyThreadState, current_frame);
  number("topInCFrame", ABSENT);
#endif
  FIELD("chunk", PyThreadState, datastack_chunk);
  FIELD("chunkTop", PyThreadState, datastack_top);
  FIELD("previous", _PyInterpreterFrame, previous);
#if PY_VERSION_HEX < 0x030d0000
  FIELD("code", _PyInterpreterFrame, f_code);
  FIELD("instruction", _PyInterpreterFrame, prev_instr);
#else
  FIELD("code", _PyInterpreterFrame, f_executable);
  FIELD("instruction", _PyInterpreterFrame, instr_ptr);
#endif
  FIELD("owner", _PyInterpreterFrame, owner);
  number("base", ABSENT);
#if PY_VERSION_HEX < 0x030c0000
  number("maxOwner", FRAME_OWNED_BY_FRAME_OBJECT);
#else
  number("maxOwner", FRAME_OWNED_BY_CSTACK);
#endif
#if PY_VERSION_HEX < 0x030c0000
  FIELD("entry", _PyInterpreterFrame, is_entry);
#else
  number("entry", ABSENT);
#endif
#if PY_VERSION_HEX < 0x030e0000
  FIELD("suspended", _PyInterpreterFrame, stacktop);
#else
  number("suspended", ABSENT);
#endif
  number("size", offsetof(_PyInterpreterFrame, localsplus));
#endif
  end();
}

static void objects(void) {
  begin("code");
  FIELD("fileName", PyCodeObject, co_filename);
  FIELD("firstLine", PyCodeObject, co_firstlineno);
#if PY_VERSION_HEX < 0x030b0000
  FIELD("name", PyCodeObject, co_name);
  FIELD("bytecode", PyCodeObject, co_code);
#else
  FIELD("name", PyCodeObject, co_qualname);
  FIELD("bytecode", PyCodeObject, co_code_adaptive);
#endif
#if PY_VERSION_HEX < 0x030a0000
  FIELD("lineTable", PyCodeObject, co_lnotab);
#else
  FIELD("lineTable", PyCodeObject, co_linetable);
#endif
#if PY_VERSION_HEX < 0x030c0000
  number("version", ABSENT);
#else
  FIELD("version", PyCodeObject, co_version);
#endif
#if PY_VERSION_HEX < 0x030b0000
  number("localCount", ABSENT);
  number("stackSize", ABSENT);
  number("exceptionTable", ABSENT);
#else
  FIELD("localCount", PyCodeObject, co_nlocalsplus);
  FIELD("stackSize", PyCodeObject, co_stacksize);
  FIELD("exceptionTable", PyCodeObject, co_exceptiontable);
#endif
#ifdef RETURN_CONST
  printf(",\"returns\":[%d,%d]", RETURN_VALUE, RETURN_CONST);
#else
  printf(",\"returns\":[%d]", RETURN_VALUE);
#endif
  end();

  begin("object");
  FIELD("type", PyObject, ob_type);
  FIELD("size", PyVarObject, ob_size);
  end();

  begin("method");
  FIELD("from", PyCFunctionObject, m_ml);
  FIELD("self", PyCFunctionObject, m_self);
  end();

  begin("type");
  FIELD("name", PyTypeObject, tp_name);
  FIELD("basicSize", PyTypeObject, tp_basicsize);
  FIELD("flags", PyTypeObject, tp_flags);
  FIELD("dictOffset", PyTypeObject, tp_dictoffset);
  FIELD("cachedKeys", PyHeapTypeObject, ht_cached_keys);
  end();

  begin("text");
  FIELD("length", PyASCIIObject, length);
  FIELD("state", PyASCIIObject, state);
  number("asciiData", sizeof(PyASCIIObject));
  number("data", sizeof(PyCompactUnicodeObject));
  end();

  begin("bytes");
  FIELD("data", PyBytesObject, ob_sval);
  end();

  begin("integer");
#if PY_VERSION_HEX < 0x030c0000
  FIELD("digits", PyLongObject, ob_digit);
  number("countShift", 0);
#else
  FIELD("digits", PyLongObject, long_value.ob_digit);
  number("countShift", 3);
#endif
  end();

  begin("dict");
  FIELD("keys", PyDictObject, ma_keys);
  FIELD("values", PyDictObject, ma_values);
#if PY_VERSION_HEX < 0x030b0000
  text("keysKind", "sized");
  FIELD("indexSize", struct keys, size);
  FIELD("entryCount", struct keys, entries);
  FIELD("indices", struct keys, indices);
#else
  text("keysKind", "logarithmic");
  FIELD("indexSize", PyDictKeysObject, dk_log2_index_bytes);
  FIELD("entryCount", PyDictKeysObject, dk_nentries);
  FIELD("indices", PyDictKeysObject, dk_indices);
#endif
#if PY_VERSION_HEX < 0x030b0000
  number("valuesData", 0);
#else
  FIELD("valuesData", PyDictValues, values);
#endif
  end();

  begin("attributes");
#if PY_VERSION_HEX < 0x030b0000
  text("kind", "dictPointer");
#elif PY_VERSION_HEX < 0x030c0000
  text("kind", "valuesPointer");
#elif PY_VERSION_HEX < 0x030d0000
  text("kind", "taggedValues");
#else
  text("kind", "inlineValues");
  FIELD("valid", PyDictValues, valid);
#endif
  end();
}

int main(void) {
  printf("{");
  number("minor", PY_MINOR_VERSION);
  states();
  frames();
  objects();
  printf("}\n");
  return 0;
}
