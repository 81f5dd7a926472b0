/**
 * Names of browsers and systems as people know them. The list is short on purpose: it is for a person who has to recognise
 * their own devices.
 */
export const browserNames = [
	'Edge',
	'Opera',
	'Samsung Internet',
	'DuckDuckGo',
	'Vivaldi',
	'Firefox',
	'Chrome',
	'Safari'
] as const;
export type BrowserName = (typeof browserNames)[number];

export const systemNames = ['iPhone', 'iPad', 'Android', 'Windows', 'ChromeOS', 'Mac', 'Linux'] as const;
export type SystemName = (typeof systemNames)[number];

/** A browser in words. Null: the user agent names none that is listed. */
export interface BrowserWords {
	readonly browser: BrowserName | null;
	readonly system: SystemName | null;
}

/**
 * What a user agent contains, the most specific first: most browsers also name the browsers that they are compatible with
 * (RFC 9110 10.1.5).
 */
const browsers: readonly (readonly [RegExp, BrowserName])[] = [
	[/\bEdg(?:e|A|iOS)?\//, 'Edge'],
	[/\b(?:OPR|OPT|Opera)\//, 'Opera'],
	[/\bSamsungBrowser\//, 'Samsung Internet'],
	[/\b(?:DuckDuckGo|Ddg)\//, 'DuckDuckGo'],
	[/\bVivaldi\//, 'Vivaldi'],
	[/\b(?:Firefox|FxiOS)\//, 'Firefox'],
	[/\b(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
	[/\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//, 'Safari']
];

const systems: readonly (readonly [RegExp, SystemName])[] = [
	[/\biPhone\b/, 'iPhone'],
	[/\biPad\b/, 'iPad'],
	[/\bAndroid\b/, 'Android'],
	[/\bWindows\b/, 'Windows'],
	[/\bCrOS\b/, 'ChromeOS'],
	[/\bMacintosh\b/, 'Mac'],
	[/\bLinux\b/, 'Linux']
];

/** User agents of browsers have about 150 characters. */
const MAX_CHARACTERS = 512;

/**
 * Reads the browser and the system from a `User-Agent` header. This is a hint for people and decides nothing: a client can
 * send any text, an iPad names itself a Mac, and some browsers name themselves Chrome.
 */
export function browserWords(userAgent: string | null): BrowserWords {
	const text = (userAgent ?? '').slice(0, MAX_CHARACTERS);
	const named = <Name>(table: readonly (readonly [RegExp, Name])[]) =>
		table.find(([pattern]) => pattern.test(text))?.[1] ?? null;
	return { browser: named(browsers), system: named(systems) };
}
