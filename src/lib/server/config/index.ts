import { env } from '$env/dynamic/private';
import { handedOver } from './handover';
import { type Config, parseConfig } from './parse';

let current: Config | undefined;

/**
 * The configuration of this process: the server entry's, or read when first asked for, in the server's `init`: the build imports
 * server modules too, and needs no environment.
 * @throws {ConfigError} when the environment has faults.
 */
export function config(): Config {
	return (current ??= handedOver() ?? parseConfig(env));
}
