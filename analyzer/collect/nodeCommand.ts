const NODE = /^(?:\S*\/)?node(?:js)?(?:\s|$)/;

/** Whether a command line, arguments joined by a space, is one of Node. */
export const isNode = (command: string): boolean => NODE.test(command);
