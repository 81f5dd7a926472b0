/**
 * The part of undici that the HTTP client needs, assembled as the package's index does it. The index also loads `fetch`,
 * WebSocket, caches and mocks, which takes Deno a quarter of a second, and it sets a global dispatcher.
 */
import api from 'undici/lib/api/index.js';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

Object.assign(Dispatcher.prototype, api);

export { Agent, buildConnector, Pool, ProxyAgent };
