import { type Config, ConfigError, parseConfig } from '../../lib/server/config/parse';
import { unknownVariables } from '../../lib/server/config/unknown-variables';
import { type Finding, good, warning, wrong } from './finding';

/** The configuration, null where it has faults, and what is to be said of the environment itself. */
export interface ExaminedConfiguration {
	readonly config: Config | null;
	readonly findings: readonly Finding[];
}

export function examineConfiguration(environment: Readonly<Record<string, string | undefined>>): ExaminedConfiguration {
	const unknown = unknownVariables(environment).map(({ name, nearest }) =>
		warning(
			'configuration.unknown',
			`The variable ${name} is not known to the portal and has no effect.`,
			nearest === null ? 'Remove it, or check its spelling.' : `Did you mean ${nearest}?`
		)
	);
	try {
		const config = parseConfig(environment);
		const adjusted = config.brand.adjustments.map((text) =>
			warning('configuration.brand', text, 'Nothing, unless you want another colour.')
		);
		const complete = good(
			'configuration',
			'The configuration is complete, and the brand’s colours have enough contrast.'
		);
		return { config, findings: [complete, ...unknown, ...adjusted] };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const faults = error.faults.map((text) =>
			wrong('configuration', text, 'The portal does not start until it is fixed.')
		);
		return { config: null, findings: [...faults, ...unknown] };
	}
}
