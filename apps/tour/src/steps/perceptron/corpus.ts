/** Stories that the story model wrote by itself, at a temperature of 0.9; neurons are looked up in them. */
export const corpus: readonly string[] = [
  'It was raining and it raining. So in the rain outside, the sky looked beautiful. The wind became strong ' +
    'and the rain gavech. Everyone and Dads rained the rain. It started to rain.',
  'Ben was sad because he had lost his toy car. He looked everywhere but could not find it. Then, Lily had ' +
    'an idea. She went to her mom and asked for help.',
  'The cat looked up at the cat and said, "Hi, cat! Do you want to play?" The cat looked at the cat and ' +
    'said, "Yes, I would love to play with you.',
  'A small boat that sailed and sailed. One day, a little boat was in the modern boat. The boat was broken ' +
    'and crashed. The boat was sad and looked for a friend.',
  'The cat felt ashamed and ashamed. It wanted to help, so it walked away. The dog stopped and looked for ' +
    'a way to find its friend. Then, they found the cat with its friend.',
  'The dog ran very fast. Tim was scared and tried to run away. He started to get scared and needed help. ' +
    "Tim's mom saw him and asked him to help him.",
  'A big bear! The bear was not scared. He wanted to eat the bear and the bear. The bear felt sorry for ' +
    'him. The bear and the bear became friends. They played together every day.',
  'The old man was on the table. He looked sad. He had a big smile. He looked for another swing. He saw a ' +
    'swing, a swing, and a tree. He wanted to swing on it.',
  'Once upon a time, there was a lazy mole named Bobo. Bobo loved to eat all kinds of tasty things. One ' +
    'day, Bobo found a big pile of wheat in the garden. He wanted to make a big pile of wheat.',
  'Ben was sad because he could not swim. He wanted to play with his toy cars.',
  'The sun was shining, and the forest was wide. Tim was scared. He wanted to find a place to rest. Tim ' +
    'walked around the forest and saw many trees.',
  'One day, a little boy named Tim went to the park. He saw a big slide and wanted to try it. He sat at ' +
    'the top of the slide and looked at it. He was very happy.',
  'Tom was sad. He went to find a new toy in the toy box. He sat on a branch and started to play with it. ' +
    'He pushed the ball back and forth, making it back with its new toy.',
  'At night, the sun was hot and the sky was warm. The birds were happy and sang songs. They were best ' + 'friends.',
  'It was raining and it was not raining. The rain stopped and the wind was cold. The water was so warm. ' +
    'The rain dried all the leaves. The people in the town were happy again.',
  'The teacher said, "The wisdom can make your skin smooth and smooth." The little boy felt proud and ' +
    'happy. He was no longer ashamed to be in his big forest.',
  'Tom was a good friend. He loved to play with his ball and run around in the park. One day, Tom found a ' +
    'big tree in the park.',
  'The teacher said, "And when will I go home and set free?" The little girl looked at the teacher. She ' +
    'was very friendly. The teacher said, "It was very special to offer you.',
  'The cat was scared. The cat had tried to escape. The cat got scared. The cat was scared. It ran away. ' +
    'The cat was gone. The cat was happy and scared.',
  'One day, a little girl named Lucy went for a walk. She saw a pretty rose. The rose was sad. Lucy wanted ' +
    'the rose, so she said, "I want this rose, please!" The rose did not want to share.',
  'The king watched the animals and the birds in the jungle. They laughed and listened to the birds. The ' +
    'king and the queen had a good time. They were very happy to help and make new friends.',
  'In the forest, a bird and a bird were playing a game. The bird was very happy to watch. They played and ' +
    "ate together. Suddenly, the bird'sze started to burn.",
  'Lily and her mom went to the attic. They saw many things inside the attic. There were books and clothes ' +
    'and books, but they were boring things. They did not want to share and play with each other.',
  'At night, the straw grew cleared and grew clearer and more rap than before. Her counter had not come ' +
    'before night, and had already entered the forest, when it appeared to him, and it was striking twelve.',
  'The princess wore a big smile and waved goodbye. She went back to her mom and said, "I love you, mom!" ' +
    'Her mom and dad hugged her and kissed her.',
  'Grandma made this special comb for me. She showed her how to comb the comb to make it pretty. Grandma ' +
    'was very happy. Grandma hugged her and said, "Good job, sweetie.',
  'The dog ran back to the stable and they were safe. They were happy to be back home, and Tom knew he had ' +
    'found a very special place to sleep.',
  'In the kitchen, there was a little girl named Amy. Amy loved to play outside. One day, Amy found a ' +
    'pretty bracelet on the ground. She picked it up and shook it with her finger.',
  'A big bear can\'t jump. He jumps and laughs. He feels sad and bored. "Sam, can I jump in the water?" ' +
    'Lily asks. "OK, but you have to be quiet.',
  'Once upon a time, there was a big, old dog named Max. Max had a bicycle. He loved to play with his ' +
    'bicycle. One day, Max met a dog named Sam. Sam asked Max if he could speak.',
  'The king said, "Should I go to the moon today? It is not for you." They both agreed to wait and wait. ' +
    'But they could not find any light.',
  'In the forest, a small rabbit hopped up from the tree and said, "Hi! Can I play with you?" The rabbit ' +
    'was happy and said, "Yes, let\'s play together!"',
  'The princess wore a hat with a pretty bow on her finger. She was so happy and proud of her work. She ' +
    'wore her hat and felt proud of herself. Lucy went back to her old house.',
  'It was raining and it was like playing. There were cob builders and swords and bangs, and slippers and ' +
    'a roof, with a chair and a stagged leg on to cover it.',
  'Grandma made a special present. She said, "There are two stairses and three. We will read them in our ' +
    'house." Grandma and Grandpa took their surprise and their surprise.',
  'Ben was sad because he lost his toy car. But then, a kind dog named Max came into the room. Max saw the ' +
    'toy car and wanted to play with it too.',
  'The sun was shining and the air was warm. Tim saw a big tree. He wanted to climb it, but he was scared. ' +
    'He thought, "I will try to climb the tree."',
  'In the kitchen, there was a big bed for little boy named Tim. Tim was very happy because he loved to ' +
    'sleep at night. Every night, he would wake up early to eat cake with his friends.',
  'A big bear and I want to hug the bear. The bear is nice. He makes new friends. The bear and the bear ' +
    'played with the bear all day. They ran, jumped, and laughed.',
  'Once upon a time, there was a little boy named Timmy. Timmy loved to play in the sand and make new sand ' +
    'castles. One day, Timmy\'s friend saw him and said, "Timmy, do you dare to play with me?"',
  'The king and the queen wanted to go to the party. They had a big party with many people. They were ' +
    'having fun. But when the sun began to go down, the king and queen felt tired.',
  'In the forest, a hidden by, there was a great noise, and a mighty bear who was sitting in the forest, ' +
    'and when she began to shiver so much that she thought it might be a witch, and when she thought of a ' +
    'good',
  'It was raining and hot, and the rain was there was almost the happy rain. The boy and the cat were ' +
    'tired. They sat under the tree and ate their snacks.',
  'Grandma made the right polish. "Well, I suppose it will make you the next thing," she said. "I did it ' +
    'you good. And I was wrong."',
  'The dog ran away and they found the dog with the dog. The dog and the dog were very happy. They thanked ' +
    'the dog and the dog.',
  'Ben was sad because he thought the tree was boring because it was just the other side to play in. So, ' +
    'Lily said, "I dare you to play hide and seek with me."',
  'The sun was shining, and a bad wolf came to the wolf. The wolf was very sad. The wolf went to the wolf. ' +
    'He asked the wolf, "Why are you sad, wolf?"',
  'In the kitchen, there was a big surprise. It was a surprise cake! A little girl named Amy and her dog, ' +
    'Max. They loved cake and wanted to eat it. Amy and Max played with the cake all day.',
];
