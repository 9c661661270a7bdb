// Loaded before our scripts: every connection to another machine fails, so that passing tests need no network.
import dns from 'node:dns';
import net from 'node:net';

const isLocal = host => host === undefined || ['localhost', '127.0.0.1', '::1', ''].includes(host);
const refuse = host => {
  throw new Error(`no-network: ${host} was asked for`);
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  const host =
    typeof first === 'object' && first !== null ? first.host : typeof args[1] === 'string' ? args[1] : undefined;
  return isLocal(host) ? connect.apply(this, args) : refuse(host);
};

const { lookup } = dns;
dns.lookup = (host, ...rest) => (isLocal(host) ? lookup(host, ...rest) : refuse(host));
