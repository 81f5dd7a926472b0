/** One response of `/metrics`, as Prometheus reads it. */
export interface Scrape {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The value of each sample, by `name{label="value",…}` as it is written. */
	readonly samples: ReadonlyMap<string, number>;
	/** Each series, without the parts of histograms: `name{label=value,…}`, labels in alphabetical order. */
	readonly series: readonly string[];
}

export async function scrape(port: number, host = '127.0.0.1'): Promise<Scrape> {
	const response = await fetch(`http://${host}:${port}/metrics`);
	const text = await response.text();
	const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
	const samples = new Map(
		lines.map((line) => {
			const [, name = '', value = ''] = /^(.*) (\S+)$/.exec(line) ?? [];
			return [name, Number(value)] as const;
		})
	);
	const histograms = new Set([...text.matchAll(/^# TYPE (\w+) histogram$/gm)].map(([, name = '']) => name));
	const series = [...samples.keys()].map((sample) => {
		const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(sample) ?? [];
		const whole = name.replace(/_(?:bucket|sum|count)$/, '');
		const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => `${label}=${value}`);
		const own = histograms.has(whole) ? pairs.filter((pair) => !pair.startsWith('le=')) : pairs;
		return `${histograms.has(whole) ? whole : name}{${own.sort().join(',')}}`;
	});
	return { status: response.status, headers: response.headers, text, samples, series: [...new Set(series)].sort() };
}
