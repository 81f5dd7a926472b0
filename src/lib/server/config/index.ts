import { env } from '$env/dynamic/private';
import { type Config, parseConfig } from './parse';

let current: Config | undefined;

/**
 * The configuration of this process. Read when first asked for, in the server's `init`: the build imports
 * server modules too, and needs no environment.
 * @throws {ConfigError} when the environment has faults.
 */
export function config(): Config {
	return (current ??= parseConfig(env));
}
