'use strict';
/** Puts functions of ours where those of Node and of libraries are, so that the program sees no difference. */
const { withoutUs } = require('./sites.cjs');

/** Puts `wrapper` where a function is, and makes it look like it. */
function replace(object, name, wrapper) {
  const original = object[name];
  for (const property of ['name', 'length'])
    Object.defineProperty(wrapper, property, { value: original[property], configurable: true });
  Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value: wrapper });
}

/**
 * Has `made` called with each object that is made of a class, what it was made of, and what `before` gave, if anything, when that
 * began. Gives what stands for the class from now on.
 */
function watchClass(object, name, made, before) {
  const original = object[name];
  const traps = {
    construct(target, list, type) {
      const began = before?.();
      let instance;
      try {
        instance = Reflect.construct(target, list, type === wrapper ? target : type);
      } catch (error) {
        throw withoutUs(error, traps.construct);
      }
      made(instance, list, began);
      return instance;
    },
  };
  const wrapper = new Proxy(original, traps);
  const { constructor: own } = Object.getOwnPropertyDescriptors(original.prototype);
  Object.defineProperty(original.prototype, 'constructor', { ...own, value: wrapper });
  Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value: wrapper });
  return wrapper;
}

/** A field of an object that the program has made, without running any of its code; undefined for an accessor. Not for proxies. */
const fieldOf = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;

module.exports = { fieldOf, replace, watchClass };
