/** The compiler's programming interface, which version 7 of its package, by which we check and build, does not have. */
export { default } from 'typescript';
