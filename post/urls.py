from django.urls import path

from post import views

app_name = "post"

urlpatterns = [
    path("demo/mailbox/", views.mailbox, name="mailbox"),
    path("demo/mailbox/live", views.live_token, name="mailbox_live"),
    path("demo/mailbox/<str:ref>/", views.letter, name="letter"),
    path("demo/mailbox/<str:ref>/html", views.letter_html, name="letter_html"),
]
