/** Nothing of ours needs a setting: these save time. What is minified behaves the same. */
export default {
  experimental: { turbopackFileSystemCacheForBuild: false, turbopackMinify: false },
  turbopack: {},
  webpack: config => {
    config.optimization.minimize = false;
    return config;
  },
};
