"""Microsoft Teams: a chat with the bot, group chats and channels."""
