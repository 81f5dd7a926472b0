import type { Dialect } from './journey.ts';

interface Setting {
	readonly title: string;
	readonly tag: string[];
	readonly use: { dialect: Dialect; javaScriptEnabled: boolean };
}

/** Both dialects of the Auth Bridge, with JavaScript and without: one journey, four ways to go it. Two of them know it all between them. */
export const settings: readonly Setting[] = [
	{ title: 'Bridge as deployed', tag: [], use: { dialect: 'field', javaScriptEnabled: true } },
	{ title: 'Bridge as described', tag: ['@full'], use: { dialect: 'doc', javaScriptEnabled: true } },
	{ title: 'without JavaScript', tag: ['@full'], use: { dialect: 'field', javaScriptEnabled: false } },
	{
		title: 'Bridge as described, without JavaScript',
		tag: [],
		use: { dialect: 'doc', javaScriptEnabled: false }
	}
];
