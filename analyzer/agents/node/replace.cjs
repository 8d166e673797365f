'use strict';
/** Puts functions of ours where those of Node and of libraries are, so that the program sees no difference. */

/** Puts `wrapper` where a function is, and makes it look like it. */
function replace(object, name, wrapper) {
  const original = object[name];
  for (const property of ['name', 'length'])
    Object.defineProperty(wrapper, property, { value: original[property], configurable: true });
  Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value: wrapper });
}

/** Puts `wrapper`, a proxy of a class, where the class is. */
function replaceClass(object, name, wrapper) {
  const { constructor: own } = Object.getOwnPropertyDescriptors(wrapper.prototype);
  Object.defineProperty(wrapper.prototype, 'constructor', { ...own, value: wrapper });
  Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value: wrapper });
}

module.exports = { replace, replaceClass };
