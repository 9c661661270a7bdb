'use client';
import { useEffect, useState } from 'react';
import { story } from '../../story.js';

export default function Page() {
  const [told, setTold] = useState('');
  useEffect(() => {
    story().then(
      result => {
        globalThis.result = result;
        setTold(result.text);
      },
      error => console.error(error.message),
    );
  }, []);
  return <p>{told}</p>;
}
