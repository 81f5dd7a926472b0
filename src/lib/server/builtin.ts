/**
 * Modules of Node that Deno takes long to create: they are loaded when they are first used, so that they do not delay a start that
 * does not need them.
 */
export const builtin = {
	crypto: () => process.getBuiltinModule('node:crypto'),
	fs: () => process.getBuiltinModule('node:fs')
};
