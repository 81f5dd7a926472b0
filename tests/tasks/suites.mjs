/** The suites of the tests, and what each may take. `npm test` is the first one. */

/**
 * In order. The minutes are for two cores. Steps in different columns of a stage run side by side, one after the other
 * within a column.
 */
export const suites = [
	{
		name: 'core',
		minutes: 10,
		stages: [
			[
				['lint', 'check', 'e2e'],
				['unit', 'http']
			]
		]
	},
	{ name: 'more', minutes: 22, stages: [[['more']]] },
	{ name: 'production', minutes: 8, stages: [[['production']]] },
	{ name: 'robustness', minutes: 8, stages: [[['robustness']]] },
	{ name: 'gallery', minutes: 10, stages: [[['gallery']]] },
	{ name: 'browsers', minutes: 5, stages: [[['browsers']]] },
	{ name: 'hosting', minutes: 3, stages: [[['hosting']]] },
	{ name: 'interop', minutes: 5, stages: [[['interop']]] },
	{ name: 'keycloak', minutes: 6, stages: [[['keycloak']]] }
];
