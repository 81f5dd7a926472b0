import * as v from 'valibot';

/** Settings in JSON that operators write by hand: each fault says where it is, and repeats no value. */

/**
 * A text in JSON.
 * @param shape what it must be
 */
export const json = (shape: string) =>
	v.pipe(
		v.string(shape),
		v.rawTransform(({ dataset, addIssue, NEVER }): unknown => {
			try {
				return JSON.parse(dataset.value) as unknown;
			} catch {
				addIssue({ message: `${shape}; ${jsonFault(dataset.value)}` });
				return NEVER;
			}
		})
	);

/**
 * An object with these settings and no others.
 * @param shape what it must be
 */
export function settings<const Entries extends v.ObjectEntries>(entries: Entries, shape: string) {
	const known = Object.keys(entries).join(', ');
	return v.objectWithRest(entries, v.never(`is not known; the names are ${known}`), ({ expected }) =>
		expected === 'Object' ? shape : 'is missing'
	) as v.GenericSchema<unknown, v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> & {
		readonly entries: Entries;
	};
}

/** Where a text stops being JSON. The error of `JSON.parse` repeats a part of the text instead. */
export function jsonFault(text: string): string {
	const at = faultIndex(text);
	if (at === text.length) return 'its end is missing';
	const lines = text.slice(0, at).split('\n');
	return `line ${lines.length} is not JSON from character ${(lines.at(-1) ?? '').length + 1}`;
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*"/uy;
const MAX_DEPTH = 100;

/** The index of the first token that can't be there (RFC 8259 2). */
function faultIndex(text: string): number {
	let at = 0;
	const take = (pattern: RegExp): boolean => {
		pattern.lastIndex = at;
		const isFound = pattern.test(text);
		if (isFound) at = pattern.lastIndex;
		return isFound;
	};
	const takeMark = (mark: string): boolean => {
		take(SPACE);
		if (text[at] !== mark) return false;
		at += 1;
		return take(SPACE);
	};
	const takeList = (takeEntry: () => boolean, end: string): boolean => {
		if (takeMark(end)) return true;
		do if (!takeEntry()) return false;
		while (takeMark(','));
		return takeMark(end);
	};
	const takeValue = (depth: number): boolean => {
		if (depth > MAX_DEPTH) return false;
		const within = () => takeValue(depth + 1);
		if (takeMark('{')) return takeList(() => take(STRING) && takeMark(':') && within(), '}');
		if (takeMark('[')) return takeList(within, ']');
		return take(STRING) || take(SCALAR);
	};
	takeValue(0);
	take(SPACE);
	return at;
}
